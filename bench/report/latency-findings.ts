import type { LatencyCase } from '../measure/latency-cases.ts';
import type { MeasuredRun } from '../measure/measure-run.ts';
import { median, percentile } from '../measure/statistics.ts';
import type { Findings, Pledge, Table } from './findings.ts';
import { formatCount, formatShare, formatTime } from './format.ts';
import { phasesTable, planningShare } from './run-tables.ts';

/** One kind of request, over all rounds. */
export interface MeasuredCase {
  case: LatencyCase;
  latencies: number[];
  /** Answers that were no success, by status. */
  refused: Record<string, number>;
}

export interface LatencyFound {
  quiet: MeasuredCase[];
  /** While two runs of everybody go on. */
  busy: MeasuredCase[];
  /** Kinds that the API has no route for. */
  missing: string[];
  /** Of a small segment, from its submit with `Prefer: wait` to the answer, in milliseconds. */
  waits: number[];
  /** Runs of everybody with their phases. */
  planned: MeasuredRun[];
}

const MOST_BUSY_MS = 50;
const MOST_WAIT_MS = 150;
const MOST_PLANNING = 0.05;

export function presentLatency(customers: number, found: LatencyFound): Findings {
  const { quiet, busy, missing, waits, planned } = found;
  return {
    title: `Latency, ${formatCount(customers)} customers`,
    about: [
      'Open loop: requests leave at fixed times, however long others take, and each is timed from when it was due, so that waiting is never left out. Connections are kept. Percentiles are of the requests of all rounds together.',
      'Submits are of segments of 100 members in turn, whose runs are scored meanwhile. “First read” is of a segment whose stats nobody has read since its run; “read again” of one that somebody has. Customers are 10,000 in turn, spread over the warehouse.',
      ...(missing.length === 0 ? [] : [`No such route here: ${missing.join(', ')}.`]),
    ],
    pledges: [...busy.map(busyPledge), waitPledge(waits), planningPledge(planned)],
    tables: [
      latencyTable('Nothing else to do', quiet),
      latencyTable(`While two runs of ${formatCount(customers)} customers go on`, busy),
      {
        title: 'A segment of 100 members, from its submit to the finished run (`Prefer: wait`)',
        columns: ['', '50th', '99th', 'Runs'],
        rows: [
          [
            'one after the other',
            formatTime(median(waits)),
            formatTime(percentile(waits, 0.99)),
            formatCount(waits.length),
          ],
        ],
      },
      ...phasesTable([{ label: 'Everybody', runs: planned }]),
    ],
    charts: [
      {
        name: 'latency',
        title: 'The 99th percentile',
        unit: 'milliseconds; less is better',
        bars: [
          ...quiet.map((each) => bar(each, '')),
          ...busy.map((each) => bar(each, ', two runs going on')),
        ],
      },
    ],
    samples: Object.fromEntries([
      ...quiet.map(({ case: { name }, latencies }) => percentilesOf(name, latencies)),
      ...busy.map(({ case: { name }, latencies }) => percentilesOf(`busy: ${name}`, latencies)),
      ['wait, ms', waits],
    ]),
  };
}

function latencyTable(title: string, measured: readonly MeasuredCase[]): Table {
  return {
    title,
    columns: ['Request', '50th', '99th', '99.9th', 'Rate', 'Requests', 'Refused'],
    rows: measured.map(({ case: { name, rate }, latencies, refused }) => [
      name,
      ...[0.5, 0.99, 0.999].map((share) => formatTime(percentile(latencies, share))),
      `${rate}/s`,
      formatCount(latencies.length),
      Object.entries(refused)
        .map(([status, times]) => `${times} × ${status}`)
        .join(', ') || '0',
    ]),
  };
}

function busyPledge({ case: { name }, latencies, refused }: MeasuredCase): Pledge {
  const found = percentile(latencies, 0.99);
  const isRefused = Object.keys(refused).length > 0;
  return {
    text: `While two runs go on, to ${name} has a 99th percentile below ${MOST_BUSY_MS} ms`,
    found: formatTime(found) + (isRefused ? ', and some were refused' : ''),
    kept: found < MOST_BUSY_MS && !isRefused,
  };
}

function waitPledge(waits: readonly number[]): Pledge {
  const found = median(waits);
  return {
    text: `A segment of 100 members is finished within ${MOST_WAIT_MS} ms of its submit (median)`,
    found: formatTime(found),
    kept: found <= MOST_WAIT_MS,
  };
}

function planningPledge(planned: readonly MeasuredRun[]): Pledge {
  const found = planningShare(planned);
  return {
    text: `Planning is below ${100 * MOST_PLANNING} % of a run of everybody`,
    found: formatShare(found),
    kept: found < MOST_PLANNING,
  };
}

function bar({ case: { name }, latencies }: MeasuredCase, when: string) {
  const value = percentile(latencies, 0.99);
  return { label: name + when, value, text: formatTime(value), own: true };
}

/** Thousands of latencies, by their percentiles from the least to the greatest. */
function percentilesOf(name: string, latencies: readonly number[]): [string, number[]] {
  const shares = Array.from({ length: 101 }, (_, percent) => percent / 100);
  return [`${name}, percentiles 0 to 100, ms`, shares.map((share) => percentile(latencies, share))];
}
