import { isFinished, type Run, type RunSummary, type Segment } from '@segcast/contracts';

import type { SegcastApi } from '../api/segcast-api.ts';
import { renderRunTable } from '../output/run-table.ts';
import { createProgressBars, watchRuns } from '../output/watch-runs.ts';

/**
 * Scores every active segment whose latest run does not tell how it is now, with progress bars, and
 * then shows the latest run of each.
 */
export async function scoreSegments(api: SegcastApi, signal: AbortSignal): Promise<void> {
  const segments = (await api.listSegments()).filter(({ is_active }) => is_active);
  const due = segments.filter(needsRun);
  if (due.length > 0) {
    console.log(`\nScoring ${due.length} segment${due.length === 1 ? '' : 's'}`);
    await scoreAll(api, due, signal);
  }
  const latest = (await api.listSegments()).flatMap(({ latest_run }) => latest_run ?? []);
  console.log(`\n${renderRunTable(latest, await api.offerNames())}`);
}

async function scoreAll(api: SegcastApi, due: Segment[], signal: AbortSignal): Promise<void> {
  const runs: Run[] = [];
  for (const { id } of due) runs.push(await api.submitRun(id, 'all'));
  const bars = createProgressBars(process.stdout);
  try {
    await watchRuns(api, runs, { signal, onProgress: bars.show });
  } finally {
    bars.stop();
  }
}

/** An equal run under way is answered in place of a new one, so asking for it does no harm. */
function needsRun({ latest_run, updated_at }: Segment): boolean {
  return latest_run === null || !isGood(latest_run) || latest_run.created_at < updated_at;
}

function isGood(run: RunSummary): boolean {
  return isFinished(run) && run.status === 'succeeded';
}
