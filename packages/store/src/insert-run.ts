import { AppError } from '@segcast/contracts';
import type { Store } from './open-store.ts';
import { readRunRecord, type FrozenRun, type RunRecord } from './run-record.ts';
import { violatedConstraint } from './store-error.ts';

export interface NewRun extends FrozenRun {
  id: string;
  kind: 'segment' | 'nightly';
  /** Equal for runs that would come to the same result. */
  dedupKey: string;
  /** When a nightly run was due; one run of a key and kind `nightly` ever exists. */
  scheduledFor: Date | null;
}

interface Inserted {
  id: string | null;
  active: number;
}

/**
 * Inserts a run, or finds the active one with the same key. Throws `queue_full` when `maxActive`
 * runs are active (nightly ones neither count nor are refused), `segment_not_found` when the
 * segment has just been deleted.
 */
export async function insertRun(
  store: Store,
  run: NewRun,
  maxActive: number,
): Promise<{ run: RunRecord; inserted: boolean }> {
  for (;;) {
    const { id, active } = await tryInsert(store, run, maxActive);
    if (id !== null) return { run: await readRunRecord(store, id), inserted: true };
    const winner = await findEqual(store, run.dedupKey);
    if (winner !== null) return { run: await readRunRecord(store, winner), inserted: false };
    if (run.kind === 'segment' && active >= maxActive) {
      throw new AppError(
        'queue_full',
        `${active} runs are active, and no more than ${maxActive} may be. Try again when some have finished.`,
      );
    }
    // The winner of the conflict finished between the two statements: there is room for this one.
  }
}

async function tryInsert(store: Store, run: NewRun, maxActive: number): Promise<Inserted> {
  try {
    const [row] = await store.rows<Inserted>(
      `WITH active AS (
         SELECT count(*) AS n FROM segcast.runs
         WHERE status IN ('queued', 'planning', 'running') AND kind = 'segment'
       ), run AS (
         INSERT INTO segcast.runs (id, kind, type, engine, models, rfm_settings, dedup_key, scheduled_for)
         SELECT $1, $2::text, $3, $4, $5, $6, $7, $8 FROM active
         WHERE $2::text = 'nightly' OR active.n < $9
         ON CONFLICT DO NOTHING RETURNING id
       ), segment AS (
         INSERT INTO segcast.run_segments
           (run_id, segment_id, segment_name, rules, rule_hash, churn_thresholds)
         SELECT run.id, $10, $11, $12, $13, $14 FROM run
       )
       SELECT (SELECT id FROM run) AS id, (SELECT n FROM active) AS active`,
      [
        run.id,
        run.kind,
        run.type,
        run.engine,
        JSON.stringify(run.models),
        JSON.stringify(run.rfmSettings),
        run.dedupKey,
        run.scheduledFor,
        maxActive,
        run.segmentId,
        run.segmentName,
        JSON.stringify(run.rules),
        run.ruleHash,
        JSON.stringify(run.churnThresholds),
      ],
    );
    return row ?? { id: null, active: 0 };
  } catch (error) {
    if (violatedConstraint(error) !== 'run_segments_segment_id_fkey') throw error;
    throw new AppError('segment_not_found', `There is no segment ${run.segmentId}.`, {
      cause: error,
    });
  }
}

async function findEqual(store: Store, dedupKey: string): Promise<string | null> {
  const [row] = await store.rows<{ id: string }>(
    `SELECT id FROM segcast.runs WHERE dedup_key = $1
       AND (status IN ('queued', 'planning', 'running') OR kind = 'nightly')`,
    [dedupKey],
  );
  return row?.id ?? null;
}
