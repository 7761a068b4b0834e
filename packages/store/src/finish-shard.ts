import { AppError } from '@segcast/contracts';
import type pg from 'pg';
import { CHUNK_COLUMNS, encodeChunk, type PredictionColumns } from './chunk-encoder.ts';
import { closeIfLast, lockRun, type Summarize } from './close-run.ts';
import { copyIn } from './copy-in.ts';
import { eraseFromShard } from './erase-customer.ts';
import { insertFailures, type FailedCustomer } from './failures.ts';
import type { Store } from './open-store.ts';
import { addSegmentCounts } from './run-segments.ts';
import { giveBackPieceBuffer } from './piece-buffers.ts';
import type { ShardClaim } from './shards.ts';
import { inTransaction } from './transaction.ts';

/** Customers in a chunk: large enough to cost little, small enough to look up one of them. */
const CHUNK_SIZE = 4096;

/** Everything a scored shard leaves behind. */
export interface ScoredShard extends ShardClaim {
  columns: PredictionColumns;
  /** The members that have a prediction, in the order of their ids' bytes. */
  rows: Uint32Array;
  /** In the same order. */
  failures: readonly FailedCustomer[];
  /** The scorer's partial stats. */
  stats: unknown;
  /** Of a nightly run, what the scorer has counted of each segment, else null; such counts add up. */
  counts: Float64Array | null;
  successful: number;
  imputed: number;
  /** When the warehouse was read, by its clock, and its version then. */
  readAt: Date;
  version: string;
}

/**
 * Keeps a shard's predictions and stats, all or nothing, and closes the run with the last shard.
 * The lock order is shard, then run, here and everywhere. Throws `fence_lost` when another claim
 * holds the shard, `run_cancelled` when the run is not going on any more; nothing is kept then.
 */
export function finishShard(
  store: Store,
  scored: ScoredShard,
  summarize: Summarize,
): Promise<{ closed: boolean }> {
  return inTransaction(store, async (client) => {
    await lockShard(client, scored);
    await saveChunks(client, scored);
    await insertFailures(client, scored, scored.failures);
    await eraseFromShard(client, scored);
    await saveParts(client, scored);
    const status = await lockRun(client, scored.runId);
    if (status !== 'running') throw notRunning(scored, status);
    if (scored.counts !== null) await addSegmentCounts(client, scored.runId, scored.counts);
    return { closed: await closeIfLast(client, scored.runId, summarize) };
  });
}

async function lockShard(
  client: pg.PoolClient,
  { runId, shard, attempt }: ShardClaim,
): Promise<void> {
  const { rows } = await client.query<{ current: boolean; status: string }>({
    name: 'lock-shard',
    text: `SELECT h.attempt = $3 AND h.status = 'running' AS current, r.status
     FROM segcast.run_shards h JOIN segcast.runs r ON r.id = h.run_id
     WHERE h.run_id = $1 AND h.shard = $2 FOR UPDATE OF h`,
    values: [runId, shard, attempt],
  });
  const held = rows[0];
  if (held?.current !== true) {
    throw new AppError(
      'fence_lost',
      `Attempt ${attempt} of shard ${shard} of run ${runId} came too late: another worker has taken the shard over. Nothing of this attempt was kept.`,
    );
  }
  if (held.status !== 'running') throw notRunning({ runId, shard, attempt }, held.status);
}

function notRunning({ runId, shard }: ShardClaim, status: string | null): AppError {
  return new AppError(
    'run_cancelled',
    `Run ${runId} is ${status ?? 'gone'}: the results of its shard ${shard} were not kept.`,
  );
}

async function saveChunks(client: pg.PoolClient, scored: ScoredShard): Promise<void> {
  if (scored.rows.length === 0) return;
  const text = `COPY segcast.prediction_chunks (${CHUNK_COLUMNS}) FROM STDIN (FORMAT binary)`;
  await copyIn(client, text, chunksOf(scored), giveBackPieceBuffer);
}

function* chunksOf({ runId, shard, columns, rows }: ScoredShard): Generator<Buffer> {
  const run = Buffer.from(runId.replaceAll('-', ''), 'hex');
  for (let chunk = 0; chunk * CHUNK_SIZE < rows.length; chunk++) {
    const part = rows.subarray(chunk * CHUNK_SIZE, (chunk + 1) * CHUNK_SIZE);
    yield encodeChunk({ run, shard, chunk }, columns, part);
  }
}

async function saveParts(client: pg.PoolClient, scored: ScoredShard): Promise<void> {
  const { runId, shard, failures, stats, successful, imputed, readAt, version } = scored;
  await client.query({
    name: 'save-shard',
    text: `UPDATE segcast.run_shards
     SET status = 'done', lease_until = NULL, processed = $3, successful = $4, failed = $5,
       imputed = $6, stats = $7, warehouse_read_at = $8, warehouse_version = $9, error = NULL
     WHERE run_id = $1 AND shard = $2`,
    values: [
      runId,
      shard,
      successful + failures.length,
      successful,
      failures.length,
      imputed,
      JSON.stringify(stats),
      readAt,
      version,
    ],
  });
}
