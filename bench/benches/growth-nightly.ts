import type { Bench, BenchContext } from '../bench.ts';
import { freshStore } from '../measure/fresh-store.ts';
import { interleave, type Contestants } from '../measure/interleave.ts';
import { openNights } from '../measure/measure-night.ts';
import { measureRun } from '../measure/measure-run.ts';
import { median, medianRatio } from '../measure/statistics.ts';
import type { Findings } from '../report/findings.ts';
import { formatCount, formatRange, formatRatio, formatTime } from '../report/format.ts';
import { activateOnly, createManySegments } from '../service/many-segments.ts';
import { createEverybody } from '../service/segments.ts';
import { withStage, type Stage } from '../service/stage.ts';

const SEGMENTS = [1, 10, 100];
const EVERYBODY = 'a run of everybody';
/** All segments of a night, against a run of everybody. */
const MOST_RATIO = 2;
/** More would only take longer. */
const MOST_CUSTOMERS = 1_000_000;

export const growthNightlyBench: Bench = {
  name: 'growth-nightly',
  summary: 'a night of 1, 10 and 100 overlapping segments',
  measure: (context) => {
    const customers = Math.min(context.options.customers, MOST_CUSTOMERS);
    return withStage(context, customers, async (stage) =>
      present(stage.customers, await measureNights(context, stage)),
    );
  },
};

async function measureNights(
  { options, say }: BenchContext,
  stage: Stage,
): Promise<Record<string, number[]>> {
  const everybody = await createEverybody(stage);
  const ids = await createManySegments(stage, Math.max(...SEGMENTS));
  const nights = await openNights(stage);
  const contestants: Contestants<number> = {
    [EVERYBODY]: async () => {
      await activateOnly(stage, [everybody.id]);
      return (await measureRun(stage, everybody.id)).ms;
    },
  };
  for (const count of SEGMENTS) {
    contestants[label(count)] = async () => {
      await activateOnly(stage, ids.slice(0, count));
      return await nights.measure();
    };
  }
  try {
    return await interleave(contestants, {
      runs: options.runs,
      prepare: () => freshStore(stage),
      onMeasured: (name, round) => say(`round ${round}: ${name}`),
    });
  } finally {
    await nights.close();
  }
}

function present(customers: number, times: Record<string, number[]>): Findings {
  const runs = times[EVERYBODY]!;
  const most = label(Math.max(...SEGMENTS));
  const ratio = medianRatio(times[most]!, runs);
  return {
    title: `Growth: nights of 1, 10 and 100 segments, ${formatCount(customers)} customers`,
    about: [
      'A night is measured from its firing until every run of it is finished; refreshing the features before is the warehouse’s work and left out. The segments are of two or three comparisons of features each, at twentieths of their distributions, and overlap.',
    ],
    pledges: [
      {
        text: `${most[0]!.toUpperCase()}${most.slice(1)} takes at most ${MOST_RATIO}× a run of everybody`,
        found: formatRatio(ratio),
        kept: ratio <= MOST_RATIO,
      },
    ],
    tables: [
      {
        title: 'Nights',
        columns: ['What', 'Of a run of everybody', 'Of each round', 'Time'],
        rows: Object.entries(times).map(([name, each]) => [
          name,
          formatRatio(medianRatio(each, runs)),
          formatRange(
            each.map((ms, round) => ms / runs[round]!),
            formatRatio,
          ),
          formatTime(median(each)),
        ]),
      },
    ],
    charts: [
      {
        name: 'growth-nightly',
        title: 'Nights and a run of everybody',
        unit: 'seconds, median; less is better',
        bars: Object.entries(times).map(([name, each]) => ({
          label: name,
          value: median(each) / 1000,
          text: formatTime(median(each)),
          own: true,
        })),
      },
    ],
    samples: Object.fromEntries(Object.entries(times).map(([name, each]) => [`${name}, ms`, each])),
  };
}

function label(segments: number): string {
  return segments === 1 ? 'a night of 1 segment' : `a night of ${segments} segments`;
}
