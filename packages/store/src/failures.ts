import type { FailureItem, Page, PageQuery } from '@segcast/contracts';
import { decodeCursor, pageOf } from './cursor.ts';
import type { Store } from './open-store.ts';
import type { PredictionsOf } from './predictions.ts';
import type { Queryable } from './run-record.ts';

/** A customer without a prediction, and why. */
export interface FailedCustomer {
  customerId: string;
  code: string;
  error: string;
  /** In a run of several segments a bit for each by its number, least significant first. */
  memberships?: Uint8Array;
}

const INSERT_SIZE = 5000;

/** Keeps the failures of a shard, numbered in the order given. */
export async function insertFailures(
  db: Queryable,
  { runId, shard }: { runId: string; shard: number },
  failures: readonly FailedCustomer[],
): Promise<void> {
  for (let from = 0; from < failures.length; from += INSERT_SIZE) {
    const part = failures.slice(from, from + INSERT_SIZE);
    await db.query(
      `INSERT INTO segcast.prediction_failures
         (run_id, shard, ordinal, customer_id, code, error, memberships)
       SELECT $1, $2, $3 + number - 1, customer_id, code, error, memberships
       FROM unnest($4::text[], $5::text[], $6::text[], $7::bytea[]) WITH ORDINALITY
         AS failed (customer_id, code, error, memberships, number)`,
      [
        runId,
        shard,
        from,
        part.map(({ customerId }) => customerId),
        part.map(({ code }) => code),
        part.map(({ error }) => error),
        part.map(({ memberships }) => memberships && Buffer.from(memberships)),
      ],
    );
  }
}

/** One page of a run's failures, or of one of its segments', by shard and then by customer. */
export async function listFailures(
  store: Store,
  { runId, segmentNumber }: PredictionsOf,
  { limit, cursor }: PageQuery,
): Promise<Page<FailureItem>> {
  const [shard, ordinal] = decodeCursor(cursor, ['int', 'int']) ?? [0, -1];
  const rows = await store.rows<FailureItem & { shard: number; ordinal: number }>(
    `SELECT shard, ordinal, customer_id, code, error FROM segcast.prediction_failures
     WHERE run_id = $1 AND (shard, ordinal) > ($2, $3)
       AND ($5::integer IS NULL OR get_bit(memberships, $5) = 1)
     ORDER BY shard, ordinal LIMIT $4`,
    [runId, shard, ordinal, limit + 1, segmentNumber],
  );
  const page = pageOf(rows, limit, (last) => [last.shard, last.ordinal]);
  const results = page.results.map(({ customer_id, code, error }) => ({
    customer_id,
    code,
    error,
  }));
  return { ...page, results };
}
