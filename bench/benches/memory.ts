import type { Bench, BenchContext } from '../bench.ts';
import { freshStore } from '../measure/fresh-store.ts';
import { measureRun } from '../measure/measure-run.ts';
import { peakMemory } from '../measure/process-facts.ts';
import { median } from '../measure/statistics.ts';
import type { Findings, Pledge } from '../report/findings.ts';
import { formatCount, formatMegabytes, formatRange, formatShare } from '../report/format.ts';
import { createEverybody } from '../service/segments.ts';
import { openStage, type Stage } from '../service/stage.ts';

const FIRST = 1_000_000;
const MOST_BYTES = 300e6;
const MOST_GROWTH = 0.1;

interface Size {
  customers: number;
  peaks: number[];
}

export const memoryBench: Bench = {
  name: 'memory',
  summary: 'the most memory that a worker has resident',
  measure: async (context) => {
    const { customers } = context.options;
    const sizes = [...new Set([Math.min(FIRST, customers), customers])];
    const stages: Stage[] = [];
    try {
      for (const size of sizes) {
        stages.push(await openStage(context.service, size, context.say));
      }
      return present(await measurePeaks(context, stages));
    } finally {
      for (const stage of stages) await stage.close();
    }
  },
};

/** A peak is for ever, so each is that of a process of its own. */
async function measurePeaks(
  { options, say }: BenchContext,
  stages: readonly Stage[],
): Promise<Size[]> {
  const sizes = stages.map(({ customers }): Size => ({ customers, peaks: [] }));
  const ids: number[] = [];
  for (const stage of stages) ids.push((await createEverybody(stage)).id);
  for (let round = 1; round <= options.runs; round++) {
    for (const [index, stage] of stages.entries()) {
      await stage.setWorkers(0);
      await stage.setWorkers(1);
      await freshStore(stage);
      await measureRun(stage, ids[index]!);
      const peak = peakMemory(stage.workers[0]!.pid);
      if (peak === null) throw new Error('Only Linux tells the peak of a process.');
      sizes[index]!.peaks.push(peak);
      say(`round ${round}: ${formatMegabytes(peak)} for ${formatCount(stage.customers)} customers`);
    }
  }
  return sizes;
}

function present(sizes: readonly Size[]): Findings {
  const [first, last] = [sizes[0]!, sizes.at(-1)!];
  return {
    title: 'Memory of a worker',
    about: [
      'The peak of the whole process (`VmHWM`: its main thread and its scoring threads with their engines), from its start until it has done one run of everybody. Each figure is that of a new process.',
    ],
    pledges: [limit(first), ...(last === first ? [] : [growth(first, last)])],
    tables: [
      {
        title: 'Peak resident memory of a worker',
        columns: ['Customers', 'Peak', 'Of each round'],
        rows: sizes.map(({ customers, peaks }) => [
          formatCount(customers),
          formatMegabytes(median(peaks)),
          formatRange(peaks, formatMegabytes),
        ]),
      },
    ],
    charts: [],
    samples: Object.fromEntries(
      sizes.map(({ customers, peaks }) => [`${customers} customers, bytes`, peaks]),
    ),
  };
}

function limit({ customers, peaks }: Size): Pledge {
  return {
    text: `At ${formatCount(customers)} customers a worker’s peak is below ${formatMegabytes(MOST_BYTES)}`,
    found: formatMegabytes(median(peaks)),
    kept: median(peaks) < MOST_BYTES,
  };
}

function growth(first: Size, last: Size): Pledge {
  const grown = median(last.peaks) / median(first.peaks) - 1;
  return {
    text: `At ${formatCount(last.customers)} customers it is at most ${100 * MOST_GROWTH} % higher`,
    found: formatShare(grown),
    kept: grown <= MOST_GROWTH,
  };
}
