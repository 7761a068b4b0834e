import { AppError, type Page, type PageQuery } from '@segcast/contracts';
import { decodeCursor, pageOf, isUuid } from './cursor.ts';
import type { Store } from './open-store.ts';

export interface AudienceRecord {
  id: string;
  name: string;
  /** The run that it was made of, which may be gone. */
  runId: string;
  segmentId: number;
  segmentName: string;
  filter: Record<string, string | number>;
  controlShare: number;
  count: number;
  controlCount: number;
  createdAt: Date;
}

export const AUDIENCE_COLUMNS = `id, name, run_id AS "runId", segment_id AS "segmentId",
  segment_name AS "segmentName", filter, control_share AS "controlShare", count,
  control_count AS "controlCount", created_at AS "createdAt"`;

function audienceNotFound(id: string): AppError {
  return new AppError('audience_not_found', `There is no audience ${id}.`);
}

/** Throws `audience_not_found`. */
export async function readAudience(store: Store, id: string): Promise<AudienceRecord> {
  const [audience] = isUuid(id)
    ? await store.rows<AudienceRecord>(
        `SELECT ${AUDIENCE_COLUMNS} FROM segcast.audiences WHERE id = $1`,
        [id],
      )
    : [];
  if (audience === undefined) throw audienceNotFound(id);
  return audience;
}

/** One page of audiences, newest first: their ids are UUIDv7. */
export async function listAudiences(
  store: Store,
  { limit, cursor }: PageQuery,
): Promise<Page<AudienceRecord>> {
  const before = decodeCursor(cursor, ['uuid'])?.[0] ?? null;
  const rows = await store.rows<AudienceRecord>(
    `SELECT ${AUDIENCE_COLUMNS} FROM segcast.audiences WHERE $1::uuid IS NULL OR id < $1
     ORDER BY id DESC LIMIT $2`,
    [before, limit + 1],
  );
  return pageOf(rows, limit, ({ id }) => [id]);
}

/** Deletes an audience with its members. Throws `audience_not_found`. */
export async function deleteAudience(store: Store, id: string): Promise<void> {
  const deleted = await store.rows('DELETE FROM segcast.audiences WHERE id = $1 RETURNING id', [
    id,
  ]);
  if (deleted.length === 0) throw audienceNotFound(id);
}
