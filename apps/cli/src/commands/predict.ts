import {
  isFinished,
  predictionTypeSchema,
  type PredictionType,
  type Run,
} from '@segcast/contracts';
import { type Command, InvalidArgumentError } from 'commander';

import { type ApiOptions, openApi, withApiOptions } from '../api/open-api.ts';
import type { SegcastApi } from '../api/segcast-api.ts';
import { EXIT_CODE } from '../exit-code.ts';
import { renderRunTable } from '../output/run-table.ts';
import { createProgressBars, watchRuns } from '../output/watch-runs.ts';

interface PredictOptions extends ApiOptions {
  type: PredictionType;
  wait: boolean;
  json: boolean;
}

/** `segcast predict SEGMENT`: submits a run and, with `--wait`, shows it until it is finished. */
export function addPredictCommand(program: Command): void {
  withApiOptions(program.command('predict'))
    .description('Score every member of a segment')
    .argument('<segment>', 'id or name of the segment')
    .option('-t, --type <type>', 'churn, nbo, rfm or all', parseType, 'all')
    .option('-w, --wait', 'wait for the end, with a progress bar, and show the result', false)
    .action(predict);
}

async function predict(segment: string, options: PredictOptions): Promise<void> {
  const api = openApi(options);
  const { id } = await api.findSegment(segment);
  const submitted = await api.submitRun(id, options.type);
  const run = options.wait ? await waitFor(api, submitted, options.json) : submitted;
  if (options.json) console.log(JSON.stringify(run));
  else if (options.wait) console.log(renderRunTable([run], await api.offerNames()));
  else announce(run, api.url);
  process.exitCode = exitCodeOfRun(run);
}

async function waitFor(api: SegcastApi, submitted: Run, json: boolean): Promise<Run> {
  const bars = json ? null : createProgressBars(process.stderr);
  try {
    const [run] = await watchRuns(api, [submitted], bars ? { onProgress: bars.show } : {});
    return run ?? submitted;
  } finally {
    bars?.stop();
  }
}

function announce(run: Run, url: string): void {
  const which = run.deduplicated ? 'An equal run is already under way' : 'Submitted';
  console.log(
    `${which}: run ${run.run_id} of ${run.segment_name ?? 'the segment'}, ${run.status}.`,
  );
  if (run.warning !== null) console.log(`! ${run.warning}`);
  console.log(`Follow it: ${url}${run.links['self'] ?? ''}`);
}

function exitCodeOfRun(run: Run): number {
  if (!isFinished(run) || run.status === 'succeeded') return EXIT_CODE.ok;
  return run.status === 'cancelled' ? EXIT_CODE.cancelled : EXIT_CODE.failed;
}

function parseType(value: string): PredictionType {
  const type = predictionTypeSchema.safeParse(value);
  if (!type.success) throw new InvalidArgumentError('It is one of churn, nbo, rfm and all.');
  return type.data;
}
