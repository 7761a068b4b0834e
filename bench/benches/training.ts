import type { Run } from '@segcast/contracts';
import type { Bench, BenchContext } from '../bench.ts';
import { now } from '../measure/clock.ts';
import { whenFinished } from '../measure/measure-run.ts';
import { openLoop } from '../measure/open-loop.ts';
import { median, percentile } from '../measure/statistics.ts';
import { peakMemory } from '../measure/process-facts.ts';
import type { Findings } from '../report/findings.ts';
import { formatCount, formatMegabytes, formatTime } from '../report/format.ts';
import { withStage, type Stage } from '../service/stage.ts';

const MOST_CUSTOMERS = 100_000;
const MOST_SECONDS = 60;
const MOST_WAIT_MS = 250;
const CHECKS_PER_SECOND = 50;
const CHECKS_AT_ONCE = 25;

/** A training with what the health check took meanwhile. */
interface Training {
  ms: number;
  customers: number;
  waits: number[];
}

export const trainingBench: Bench = {
  name: 'training',
  summary: 'a training on up to 100,000 customers, and the health check meanwhile',
  measure: (context) =>
    withStage(context, Math.min(MOST_CUSTOMERS, context.options.customers), async (stage) => {
      const trainings = await measureTrainings(context, stage);
      return present(stage, trainings);
    }),
};

async function measureTrainings({ options, say }: BenchContext, stage: Stage): Promise<Training[]> {
  const trainings: Training[] = [];
  for (let round = 1; round <= options.runs; round++) {
    trainings.push(await measureTraining(stage, round));
    say(`round ${round} of ${options.runs}`);
  }
  return trainings;
}

/** @param seed another for each, since an equal training is answered again */
async function measureTraining(stage: Stage, seed: number): Promise<Training> {
  const { api } = stage;
  const health = new URL('/healthz', api.base);
  const check = async (): Promise<number> => {
    const answer = await fetch(health);
    await answer.arrayBuffer();
    return answer.status;
  };
  const submittedAt = now();
  const { run_id: runId } = await api.train('churn', { seed });
  const ended = whenFinished(stage, runId);
  const waits: number[] = [];
  const checks = async (): Promise<null> => {
    const loop = { rate: CHECKS_PER_SECOND, count: CHECKS_AT_ONCE, send: check };
    waits.push(...(await openLoop(loop)).latencies);
    return null;
  };
  let run: Run | null = null;
  while (run === null) {
    const round = checks();
    run = await Promise.race([ended, round]);
    await round;
  }
  const ms = Date.parse(run.finished_at!) - submittedAt;
  return { ms, customers: run.progress.total, waits };
}

function present({ customers, workers }: Stage, trainings: readonly Training[]): Findings {
  const ms = median(trainings.map((training) => training.ms));
  const waits = trainings.flatMap((training) => training.waits);
  const longest = Math.max(...waits);
  const peak = peakMemory(workers[0]!.pid);
  return {
    title: `Training a churn model on ${formatCount(customers)} customers`,
    about: [
      `\`POST /ml/models/churn/train/\` with nothing but a seed: from transactions, with the cut and horizon that are chosen for them, the default network, its calibration and evaluation. The health check is asked for ${CHECKS_PER_SECOND} times a second meanwhile, by the clock and not after the answer before.`,
    ],
    pledges: [
      {
        text: `A training on ${formatCount(customers)} customers takes under ${MOST_SECONDS} s`,
        found: formatTime(ms),
        kept: ms < MOST_SECONDS * 1000,
      },
      {
        text: `The health check never waits over ${MOST_WAIT_MS} ms meanwhile`,
        found: formatTime(longest),
        kept: longest <= MOST_WAIT_MS,
      },
    ],
    tables: [
      {
        title: 'Training',
        columns: ['Learnt from', 'Time', 'Health check, 50th', '99th', 'Longest', 'Worker’s peak'],
        rows: [
          [
            `${formatCount(trainings[0]!.customers)} customers`,
            formatTime(ms),
            formatTime(percentile(waits, 0.5)),
            formatTime(percentile(waits, 0.99)),
            formatTime(longest),
            peak === null ? 'not told' : formatMegabytes(peak),
          ],
        ],
      },
    ],
    charts: [],
    samples: { 'training, ms': trainings.map((training) => training.ms) },
  };
}
