import { OFFER_COUNT, type Page, type PageQuery } from '@segcast/contracts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { membersSql } from './memberships.ts';
import type { Store } from './open-store.ts';
import { toPredictionRecord, type PredictionRecord, type PredictionRow } from './predictions.ts';
import { selectRuns, type RunRecord } from './run-record.ts';

/** What a run has kept of one customer. */
export interface CustomerPredictionRecord {
  /** The run as a whole. */
  run: RunRecord;
  prediction: PredictionRecord;
  /** The segments of the run that the customer was a member of. */
  segments: { segment_id: number; segment_name: string }[];
}

interface FoundRow extends PredictionRow {
  run_id: string;
  segments: CustomerPredictionRecord['segments'];
}

const OFFERS = Array.from({ length: OFFER_COUNT }, (_, n) => `c.offer_${n}[c.place] AS offer_${n}`);

/** Walks the runs from the newest on and stops when the page is full. */
const FIND = `
  SELECT r.id AS run_id, c.customer_ids[c.place] AS customer_id,
    c.churn_probabilities[c.place] AS churn_probability, ${OFFERS.join(', ')},
    c.rfm[c.place] AS rfm_code, c.recency[c.place] AS recency, c.frequency[c.place] AS frequency,
    c.monetary[c.place] AS monetary, (
      SELECT coalesce(json_agg(json_build_object('segment_id', s.segment_id,
        'segment_name', s.segment_name) ORDER BY s.segment_id), '[]')
      FROM segcast.run_segments s
      WHERE s.run_id = r.id AND (c.segments IS NULL OR c.segments @> ARRAY[s.number]
        AND get_bit(${membersSql('s.number')}, c.place - 1) = 1)
    ) AS segments
  FROM segcast.runs r
  CROSS JOIN LATERAL (
    SELECT chunks.*, array_position(chunks.customer_ids, $1) AS place
    FROM segcast.prediction_chunks chunks
    WHERE chunks.run_id = r.id AND chunks.lo <= $1 AND chunks.hi >= $1 OFFSET 0
  ) c
  WHERE r.status = 'succeeded' AND r.predictions_deleted_at IS NULL AND c.place IS NOT NULL
    AND ($2::uuid IS NULL OR r.id < $2)
  ORDER BY r.id DESC LIMIT $3`;

/** One page of the predictions that are kept of a customer, newest first. */
export async function listCustomerPredictions(
  store: Store,
  customerId: string,
  { limit, cursor }: PageQuery,
): Promise<Page<CustomerPredictionRecord>> {
  const before = decodeCursor(cursor, ['uuid'])?.[0] ?? null;
  const found = await store.rows<FoundRow>(FIND, [customerId, before, limit + 1]);
  const page = found.slice(0, limit);
  const runs = await readRuns(
    store,
    page.map((row) => row.run_id),
  );
  const results = page.flatMap((row) => {
    const run = runs.get(row.run_id);
    // A segment may be deleted, and its runs with it, while this reads.
    if (run === undefined) return [];
    return [{ run, prediction: toPredictionRecord(row), segments: row.segments }];
  });
  const last = found.length > limit ? page.at(-1) : undefined;
  return { results, next_cursor: last === undefined ? null : encodeCursor([last.run_id]) };
}

async function readRuns(store: Store, ids: readonly string[]): Promise<Map<string, RunRecord>> {
  const rows = await store.rows<RunRecord>(`${selectRuns('false')} WHERE r.id = ANY ($1::uuid[])`, [
    ids,
  ]);
  return new Map(rows.map((run) => [run.id, run]));
}
