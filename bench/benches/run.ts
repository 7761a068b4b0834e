import type { Bench, BenchContext } from '../bench.ts';
import { floorQuery } from '../measure/floor-query.ts';
import { openFloor } from '../measure/floor.ts';
import { freshStore } from '../measure/fresh-store.ts';
import { interleave, type Contestants } from '../measure/interleave.ts';
import { measureRun, type MeasuredRun } from '../measure/measure-run.ts';
import { median, medianRatio } from '../measure/statistics.ts';
import { cpuTable, phasesTable } from '../report/run-tables.ts';
import type { Findings } from '../report/findings.ts';
import { formatCount, formatRange, formatRatio, formatTime } from '../report/format.ts';
import { createShare, type BenchSegment } from '../service/segments.ts';
import { withStage, type Stage } from '../service/stage.ts';

const SHARES = [1, 0.5, 0.01];
/** A run of everybody, against the floor. */
const MOST_RATIO = 1.5;

/** What one share of the customers came to, a value of each round. */
interface Measured {
  segment: BenchSegment;
  floors: number[];
  runs: MeasuredRun[];
}

export const runBench: Bench = {
  name: 'run',
  summary: 'a run of 100, 50 and 1 % of the customers, against the floor',
  measure: (context) =>
    withStage(context, context.options.customers, async (stage) => {
      const { name, measured } = await measureShares(context, stage);
      return present(name, stage.customers, measured);
    }),
};

async function measureShares(
  { options, say }: BenchContext,
  stage: Stage,
): Promise<{ name: string; measured: Measured[] }> {
  const { name, floor } = openFloor(stage.urls.databaseUrl);
  const segments: BenchSegment[] = [];
  for (const share of SHARES) segments.push(await createShare(stage, share));
  const contestants: Contestants<number | MeasuredRun> = {};
  for (const { id, condition } of segments) {
    const copy = await floorQuery(condition);
    contestants[`floor ${id}`] = () => floor(copy);
    contestants[`run ${id}`] = () => measureRun(stage, id, { phases: options.phases });
  }
  const found = await interleave(contestants, {
    runs: options.runs,
    prepare: () => freshStore(stage),
    onMeasured: (contestant, round) => {
      if (contestant === `run ${segments.at(-1)!.id}`) say(`round ${round} of ${options.runs}`);
    },
  });
  const measured = segments.map((segment) => ({
    segment,
    floors: found[`floor ${segment.id}`] as number[],
    runs: found[`run ${segment.id}`] as MeasuredRun[],
  }));
  return { name, measured };
}

function present(floorName: string, customers: number, measured: Measured[]): Findings {
  const everybody = measured[0]!;
  const ratio = ratioOf(everybody);
  return {
    title: `A run of ${formatCount(customers)} customers against the floor`,
    about: [
      `The floor is what the database needs to send the same members' ids and ten inputs: \`COPY (SELECT …) TO STDOUT (FORMAT binary)\`, drained by ${floorName}. A run scores churn, next best offer and RFM of every member and keeps the predictions and the stats; its time is that from before \`POST …/ml/predict/\` until \`finished_at\`. One worker and one API are up, as \`segcast up\` starts them.`,
      'The ratio is the median of those within each round.',
    ],
    pledges: [
      {
        text: `A run of everybody takes at most ${MOST_RATIO}× the floor`,
        found: formatRatio(ratio),
        kept: ratio <= MOST_RATIO,
      },
    ],
    tables: [
      ratioTable(measured),
      cpuTable(measured.map(({ segment, runs }) => ({ label: segment.name, runs }))),
      ...phasesTable(measured.map(({ segment, runs }) => ({ label: segment.name, runs }))),
    ],
    charts: [
      {
        name: 'run-and-floor',
        title: `A run of ${formatCount(customers)} customers and the floor`,
        unit: 'seconds, median; less is better',
        bars: measured.flatMap(({ segment, floors, runs }) => [
          bar(`${segment.name}: floor`, median(floors)),
          { ...bar(`${segment.name}: run`, median(runs.map(({ ms }) => ms))), own: true },
        ]),
      },
    ],
    samples: Object.fromEntries(
      measured.flatMap(({ segment, floors, runs }) => [
        [`floor ${segment.name}, ms`, floors],
        [`run ${segment.name}, ms`, runs.map(({ ms }) => ms)],
      ]),
    ),
  };
}

function ratioTable(measured: Measured[]) {
  return {
    title: 'Runs and the floor',
    columns: ['Members', 'Run / floor', 'Of each round', 'Run', 'Floor', 'Count', 'Customers/s'],
    rows: measured.map((one) => {
      const ms = median(one.runs.map((run) => run.ms));
      const count = one.runs[0]!.run.processed;
      return [
        one.segment.name,
        formatRatio(ratioOf(one)),
        formatRange(
          one.runs.map((run, round) => run.ms / one.floors[round]!),
          formatRatio,
        ),
        formatTime(ms),
        formatTime(median(one.floors)),
        formatCount(count),
        formatCount((count / ms) * 1000),
      ];
    }),
  };
}

function ratioOf({ floors, runs }: Measured): number {
  return medianRatio(
    runs.map(({ ms }) => ms),
    floors,
  );
}

function bar(label: string, ms: number) {
  return { label, value: ms / 1000, text: formatTime(ms) };
}
