import type { HttpSender, SentRequest } from '../service/http-sender.ts';
import { RELATION } from '../service/customers.ts';
import type { Stage } from '../service/stage.ts';

/** Requests of one kind, at one rate. */
export interface LatencyCase {
  name: string;
  rate: number;
  /** Sent in a round. */
  count: number;
  /** Request number i of all rounds together. */
  request: (i: number) => SentRequest;
}

export interface LatencySubjects {
  /** Small segments, each with a finished run, whose stats nobody has asked for yet. */
  small: readonly number[];
  /** A large segment and its finished run. */
  large: { segmentId: number; runId: string };
  customerIds: readonly string[];
}

const SECONDS = 3;
const SUBMITS = 30;
/**
 * Each makes a run that reads every customer to find its hundred members: more of them would be the
 * load, and not what is measured under it.
 */
const SUBMITS_PER_SECOND = 5;
const COLD_PER_SECOND = 20;
const POLLS_PER_SECOND = 50;
const STATS_PER_SECOND = 100;
const SINGLES_PER_SECOND = 100;

/** How many segments have their stats read for the first time in so many rounds. */
export function coldReads(rounds: number): number {
  return COLD_PER_SECOND * SECONDS * rounds;
}

/** What is asked of an API that has nothing else to do. */
export function quietCases(subjects: LatencySubjects): LatencyCase[] {
  const { small, large } = subjects;
  return [
    ...interactiveCases(subjects),
    everyRound('poll a run', POLLS_PER_SECOND, () => get(`/ml/runs/${large.runId}/`)),
    everyRound('stats, first read', COLD_PER_SECOND, (i) => stats(small[i % small.length]!)),
    everyRound('stats, read again', STATS_PER_SECOND, () => stats(large.segmentId)),
  ];
}

/** What has to stay quick while large runs go on. */
export function interactiveCases({ small, customerIds }: LatencySubjects): LatencyCase[] {
  return [
    everyRound('score one customer', SINGLES_PER_SECOND, (i) =>
      post(`/customers/${customerIds[i % customerIds.length]!}/ml/predict/`),
    ),
    {
      name: 'submit a run',
      rate: SUBMITS_PER_SECOND,
      count: SUBMITS,
      request: (i) => post(`/segments/${small[i % small.length]!}/ml/predict/`),
    },
  ];
}

/** Those that this API has a route for, each tried with one request. */
export async function supported(
  cases: readonly LatencyCase[],
  sender: HttpSender,
): Promise<LatencyCase[]> {
  const found: LatencyCase[] = [];
  for (const each of cases) {
    const status = await sender.send(each.request(0));
    if (status < 400) found.push(each);
  }
  return found;
}

/** Customers spread over the whole warehouse. */
export async function readSomeIds({ sql }: Stage, count: number): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>(
    `SELECT customer_id AS id FROM ${RELATION} ORDER BY md5(customer_id) LIMIT $1`,
    [count],
  );
  return rows.map(({ id }) => encodeURIComponent(id));
}

function everyRound(name: string, rate: number, request: LatencyCase['request']): LatencyCase {
  return { name, rate, count: rate * SECONDS, request };
}

function get(path: string): SentRequest {
  return { method: 'GET', path };
}

function stats(segmentId: number): SentRequest {
  return get(`/segments/${segmentId}/ml/stats/`);
}

function post(path: string): SentRequest {
  return { method: 'POST', path, body: { type: 'all' } };
}
