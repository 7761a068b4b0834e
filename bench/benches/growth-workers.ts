import type { Bench, BenchContext } from '../bench.ts';
import { freshStore } from '../measure/fresh-store.ts';
import { interleave, type Contestants } from '../measure/interleave.ts';
import { measureRun, type MeasuredRun } from '../measure/measure-run.ts';
import { median, medianRatio } from '../measure/statistics.ts';
import type { Findings } from '../report/findings.ts';
import { formatCount, formatRatio, formatTime } from '../report/format.ts';
import { createEverybody } from '../service/segments.ts';
import { withStage, type Stage } from '../service/stage.ts';

const WORKERS = [1, 2, 4];
/** More would only take longer. */
const MOST_CUSTOMERS = 1_000_000;

export const growthWorkersBench: Bench = {
  name: 'growth-workers',
  summary: 'a run of everybody by 1, 2 and 4 workers',
  measure: (context) => {
    const customers = Math.min(context.options.customers, MOST_CUSTOMERS);
    return withStage(context, customers, async (stage) =>
      present(stage.customers, await measureWorkers(context, stage)),
    );
  },
};

async function measureWorkers(
  { options, say }: BenchContext,
  stage: Stage,
): Promise<Record<string, number[]>> {
  const { id } = await createEverybody(stage);
  const contestants: Contestants<MeasuredRun> = {};
  for (const count of WORKERS) {
    contestants[label(count)] = async () => {
      await stage.setWorkers(count);
      // A process that has just started has compiled nothing yet.
      await measureRun(stage, id);
      await freshStore(stage);
      return await measureRun(stage, id);
    };
  }
  const found = await interleave(contestants, {
    runs: options.runs,
    prepare: () => freshStore(stage),
    onMeasured: (name, round) => say(`round ${round}: ${name}`),
  });
  const times = Object.entries(found).map(([name, runs]) => [name, runs.map(({ ms }) => ms)]);
  return Object.fromEntries(times) as Record<string, number[]>;
}

function present(customers: number, times: Record<string, number[]>): Findings {
  const one = times[label(1)]!;
  return {
    title: `Growth: 1, 2 and 4 workers, ${formatCount(customers)} customers`,
    about: [
      'Every worker is a process with its own scoring threads, as many as `segcast up` gives it; a worker alone already has a thread for each core, up to four. More workers are for more machines.',
    ],
    pledges: [],
    tables: [
      {
        title: 'Runs of everybody',
        columns: ['Workers', 'One worker / these', 'Run', 'Customers/s'],
        rows: Object.entries(times).map(([name, runs]) => [
          name,
          formatRatio(medianRatio(one, runs)),
          formatTime(median(runs)),
          formatCount((customers / median(runs)) * 1000),
        ]),
      },
    ],
    charts: [],
    samples: Object.fromEntries(Object.entries(times).map(([name, runs]) => [`${name}, ms`, runs])),
  };
}

function label(count: number): string {
  return count === 1 ? '1 worker' : `${count} workers`;
}
