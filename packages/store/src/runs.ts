import type { Page, PageQuery, PredictionType, RunStatus } from '@segcast/contracts';
import { decodeCursor, pageOf } from './cursor.ts';
import type { Store } from './open-store.ts';
import { selectRuns, type RunRecord } from './run-record.ts';

export interface RunFilter {
  /** Nightly runs are listed as this segment sees them then. */
  segmentId?: number | undefined;
  /** `running` includes the planning of shards. */
  status?: RunStatus | undefined;
  type?: PredictionType | undefined;
}

/** One page of runs, newest first. */
export async function listRunRecords(
  store: Store,
  { segmentId, status, type }: RunFilter,
  { limit, cursor }: PageQuery,
): Promise<Page<RunRecord>> {
  const before = decodeCursor(cursor, ['uuid'])?.[0] ?? null;
  const statuses = status === 'running' ? ['planning', 'running'] : status && [status];
  const rows = await store.rows<RunRecord>(
    `${selectRuns('s.segment_id = $2')}
     WHERE ($1::uuid IS NULL OR r.id < $1) AND ($2::bigint IS NULL OR s.segment_id = $2)
       AND ($3::text[] IS NULL OR r.status = ANY ($3)) AND ($4::text IS NULL OR r.type = $4)
     ORDER BY r.id DESC LIMIT $5`,
    [before, segmentId ?? null, statuses ?? null, type ?? null, limit + 1],
  );
  return pageOf(rows, limit, ({ id }) => [id]);
}

export interface LatestRunOptions {
  succeeded: boolean;
  types?: readonly PredictionType[];
  /** Newer ones to pass over: 1 is the run before the newest. */
  skip?: number;
}

/**
 * The newest run of each segment that has any, as the segment sees it; with `succeeded` the newest
 * that succeeded for it, with `types` the newest of one of them.
 */
export async function latestRunRecords(
  store: Store,
  segmentIds: readonly number[],
  { succeeded, types, skip = 0 }: LatestRunOptions,
): Promise<Map<number, RunRecord>> {
  const rows = await store.rows<RunRecord>(
    `${selectRuns('s.segment_id = ANY ($1)')}
     WHERE (r.id, s.segment_id) IN (
       SELECT latest.run_id, wanted.segment_id FROM unnest($1::integer[]) AS wanted (segment_id)
       CROSS JOIN LATERAL (
         SELECT l.run_id FROM segcast.run_segments l JOIN segcast.runs x ON x.id = l.run_id
         WHERE l.segment_id = wanted.segment_id
           AND (NOT $2 OR x.status = 'succeeded' AND l.error IS NULL)
           AND ($3::text[] IS NULL OR x.type = ANY ($3))
         ORDER BY l.run_id DESC LIMIT 1 OFFSET $4
       ) latest
     )`,
    [segmentIds, succeeded, types ?? null, skip],
  );
  return new Map(rows.map((run) => [run.segmentId!, run]));
}

/** What a finished shard adds to its run. */
export interface ShardPart {
  runId: string;
  /** The scorer's partial stats, as it gave them. */
  stats: unknown;
  successful: number;
  failed: number;
  imputed: number;
  readAt: Date;
  version: string;
}

/** Reads `ShardPart`s of finished shards. */
export const SELECT_PARTS = `
  SELECT run_id AS "runId", stats, successful, failed, imputed, warehouse_read_at AS "readAt",
    warehouse_version AS version
  FROM segcast.run_shards WHERE status = 'done'`;

/** The parts of the shards that are done so far, by run. */
export async function readShardParts(
  store: Store,
  runIds: readonly string[],
): Promise<Map<string, ShardPart[]>> {
  if (runIds.length === 0) return new Map();
  const rows = await store.rows<ShardPart>(`${SELECT_PARTS} AND run_id = ANY ($1::uuid[])`, [
    runIds,
  ]);
  const parts = new Map<string, ShardPart[]>(runIds.map((id) => [id, []]));
  for (const part of rows) parts.get(part.runId)?.push(part);
  return parts;
}
