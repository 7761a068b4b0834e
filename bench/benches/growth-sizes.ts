import type { Bench, BenchContext } from '../bench.ts';
import { freshStore } from '../measure/fresh-store.ts';
import { interleave, type Contestants } from '../measure/interleave.ts';
import { measureRun, type MeasuredRun } from '../measure/measure-run.ts';
import { median, medianRatio } from '../measure/statistics.ts';
import type { Findings, Pledge } from '../report/findings.ts';
import { formatCount, formatRatio, formatShare, formatTime } from '../report/format.ts';
import { createEverybody } from '../service/segments.ts';
import { openStage, type Stage } from '../service/stage.ts';

const LEAST_SIZE = 10_000;
/** From this size on a customer costs hardly more, whatever the size. */
const FLAT_FROM = 100_000;
const MOST_GROWTH = 0.15;

export const growthSizesBench: Bench = {
  name: 'growth-sizes',
  summary: 'a run of everybody, of tenfold as many customers each time',
  measure: async (context) => {
    const stages: Stage[] = [];
    try {
      for (const size of sizesUpTo(context.options.customers)) {
        stages.push(await openStage(context.service, size, context.say));
      }
      return present(await measureSizes(context, stages));
    } finally {
      for (const stage of stages) await stage.close();
    }
  },
};

function sizesUpTo(customers: number): number[] {
  const sizes: number[] = [];
  for (let size = LEAST_SIZE; size < customers; size *= 10) sizes.push(size);
  return [...sizes, customers];
}

interface Size {
  customers: number;
  runs: number[];
}

async function measureSizes(
  { options, say }: BenchContext,
  stages: readonly Stage[],
): Promise<Size[]> {
  const contestants: Contestants<MeasuredRun> = {};
  for (const stage of stages) {
    const { id } = await createEverybody(stage);
    contestants[`${stage.customers}`] = () => measureRun(stage, id);
  }
  const found = await interleave(contestants, {
    runs: options.runs,
    prepare: async () => {
      for (const stage of stages) await freshStore(stage);
    },
    onMeasured: (size, round) => say(`round ${round}: ${formatCount(Number(size))} customers`),
  });
  return stages.map(({ customers }) => ({
    customers,
    runs: found[`${customers}`]!.map(({ ms }) => ms),
  }));
}

function present(sizes: readonly Size[]): Findings {
  const largest = sizes.at(-1)!;
  const flat = sizes.find(({ customers }) => customers === FLAT_FROM) ?? largest;
  return {
    title: `Growth: up to ${formatCount(largest.customers)} customers`,
    about: [
      'A run of everybody on warehouses of different sizes, each with its own database, worker and API on one server.',
    ],
    pledges: largest === flat ? [] : [pledge(flat, largest)],
    tables: [
      {
        title: 'Runs of everybody',
        columns: ['Customers', 'Time per customer', 'Run', 'Per customer', 'Customers/s'],
        rows: sizes.map((size) => {
          const ms = median(size.runs);
          return [
            formatCount(size.customers),
            formatRatio(growth(flat, size)),
            formatTime(ms),
            `${((ms / size.customers) * 1000).toFixed(2)} µs`,
            formatCount((size.customers / ms) * 1000),
          ];
        }),
      },
    ],
    charts: [
      {
        name: 'growth-sizes',
        title: 'Time of a run per customer',
        unit: 'microseconds, median; less is better',
        bars: sizes.map(({ customers, runs }) => {
          const value = (median(runs) / customers) * 1000;
          return {
            label: formatCount(customers),
            value,
            text: `${value.toFixed(2)} µs`,
            own: true,
          };
        }),
      },
    ],
    samples: Object.fromEntries(sizes.map(({ customers, runs }) => [`${customers}, ms`, runs])),
  };
}

/** How much longer a customer takes in the larger run. */
function growth(small: Size, large: Size): number {
  return medianRatio(
    large.runs.map((ms) => ms / large.customers),
    small.runs.map((ms) => ms / small.customers),
  );
}

function pledge(flat: Size, largest: Size): Pledge {
  const grown = growth(flat, largest) - 1;
  const range = `${formatCount(flat.customers)} to ${formatCount(largest.customers)}`;
  return {
    text: `From ${range} customers the time per customer grows by less than ${100 * MOST_GROWTH} %`,
    found: formatShare(grown),
    kept: grown < MOST_GROWTH,
  };
}
