import type { Bench, BenchContext } from '../bench.ts';
import { freshStore } from '../measure/fresh-store.ts';
import { interleave, type Contestants } from '../measure/interleave.ts';
import { measureRun } from '../measure/measure-run.ts';
import { median, medianRatio } from '../measure/statistics.ts';
import { checkKept } from '../peers/check-kept.ts';
import { openNetworks } from '../peers/networks.ts';
import { openPeers, type OpenPeer, type PeerSegments } from '../peers/open-peers.ts';
import { assertSame, summaryOf, type PeerSummary } from '../peers/peer-summary.ts';
import { PREDICTIONS_TABLE } from '../peers/prediction.ts';
import type { Findings, Table } from '../report/findings.ts';
import { formatCount, formatRange, formatRatio, formatTime } from '../report/format.ts';
import { createFirst, createEverybody, type BenchSegment } from '../service/segments.ts';
import { withStage, type Stage } from '../service/stage.ts';

/** What the slowest way is measured on. */
const FEW = 2000;
/** A run is at least so many times as fast, by the name of the peer. */
const LEAST: Readonly<Record<string, number>> = { pages: 15, 'one by one': 500 };
const RUN = 'run';

export const peersBench: Bench = {
  name: 'peers',
  summary: 'what people would otherwise do, on the same database and models',
  measure: (context) =>
    withStage(context, context.options.customers, (stage) => measurePeers(context, stage)),
};

async function measurePeers(context: BenchContext, stage: Stage): Promise<Findings> {
  const everybody = await createEverybody(stage);
  const segments = await createSegments(context, stage, everybody);
  const networks = await openNetworks();
  const peers = await openPeers(stage, segments, networks, context.say);
  const expected = new Map<number, PeerSummary>();
  for (const { id } of [segments.few, segments.many]) {
    const { run } = await measureRun(stage, id);
    expected.set(id, summaryOf(run.aggregated_stats));
  }
  const contestants: Contestants<number> = {
    [RUN]: async () => (await measureRun(stage, everybody.id)).ms,
    ...Object.fromEntries(
      peers.map((peer) => [
        peer.name,
        async () => {
          const ms = await timed(peer, expected.get(peer.segment.id)!);
          if (peer.keeps) await checkKept(peer.name, stage.sql, networks);
          return ms;
        },
      ]),
    ),
  };
  try {
    const found = await interleave(contestants, {
      runs: context.options.runs,
      prepare: async () => {
        await freshStore(stage);
        await stage.sql.query(PREDICTIONS_TABLE);
      },
      onMeasured: (name, round) => context.say(`round ${round}: ${name}`),
    });
    return present(everybody.members, peers, found);
  } finally {
    for (const peer of peers) await peer.close();
  }
}

async function createSegments(
  { options }: BenchContext,
  stage: Stage,
  everybody: BenchSegment,
): Promise<PeerSegments> {
  const { customers, peerCustomers } = options;
  const few = await createFirst(stage, Math.min(FEW, Math.ceil(customers / 10)));
  const all = peerCustomers === null || peerCustomers >= customers;
  return { few, many: all ? everybody : await createFirst(stage, peerCustomers) };
}

/** A peer that does less than a run has no time that could be compared. */
async function timed(peer: OpenPeer, expected: PeerSummary): Promise<number> {
  const started = performance.now();
  const summary = await peer.score();
  const ms = performance.now() - started;
  assertSame(peer.name, summary, expected);
  return ms;
}

function present(
  customers: number,
  peers: readonly OpenPeer[],
  found: Record<string, number[]>,
): Findings {
  const runs = found[RUN]!;
  const measured = peers.map((peer) => {
    const times = found[peer.name]!;
    const scaled = times.map((ms) => (ms * customers) / peer.members);
    return { peer, times, scaled, ratio: medianRatio(scaled, runs) };
  });
  return {
    title: `${formatCount(customers)} customers, and what people would otherwise do`,
    about: [
      'Every peer reads the same relation, runs the same networks and has to come to the same aggregates as the run (counts within 0.001 %, mean probability within 0.00001), else the bench fails. A time on fewer members is scaled to all. What they keep is checked on 500 customers, within 0.00001.',
      ...peers.map(({ name, about }) => `**${name}**: ${about}`),
    ],
    pledges: measured.flatMap(({ peer, ratio }) => {
      const least = LEAST[peer.name];
      if (least === undefined) return [];
      const text = `A run is at least ${least}× as fast as "${peer.name}"`;
      return [{ text, found: formatRatio(ratio), kept: ratio >= least }];
    }),
    tables: [peersTable(customers, runs, measured)],
    charts: [
      {
        name: 'peers',
        title: `Scoring ${formatCount(customers)} customers`,
        unit: 'seconds, median; less is better; each step of the axis is tenfold',
        logarithmic: true,
        bars: [
          {
            label: 'Segcast',
            value: median(runs) / 1000,
            text: formatTime(median(runs)),
            own: true,
          },
          ...measured.map(({ peer, scaled }) => ({
            label: peer.name,
            value: median(scaled) / 1000,
            text: formatTime(median(scaled)),
          })),
        ],
      },
    ],
    samples: Object.fromEntries(
      Object.entries(found).map(([name, times]) => [`${name}, ms`, times]),
    ),
  };
}

interface MeasuredPeer {
  peer: OpenPeer;
  times: number[];
  /** To all customers. */
  scaled: number[];
  ratio: number;
}

function peersTable(customers: number, runs: number[], measured: MeasuredPeer[]): Table {
  const perSecond = (ms: number): string => formatCount((customers / ms) * 1000);
  return {
    title: 'A run and its peers',
    columns: ['Way', 'Peer / run', 'Of each round', 'Time', 'Measured on', 'Customers/s'],
    rows: [
      [
        'Segcast',
        formatRatio(1),
        '',
        formatTime(median(runs)),
        formatCount(customers),
        perSecond(median(runs)),
      ],
      ...measured.map(({ peer, scaled, ratio }) => [
        peer.name,
        formatRatio(ratio),
        formatRange(
          scaled.map((ms, round) => ms / runs[round]!),
          formatRatio,
        ),
        formatTime(median(scaled)),
        formatCount(peer.members),
        perSecond(median(scaled)),
      ]),
    ],
  };
}
