import { AppError } from '@segcast/contracts';
import type { FrozenRun, FrozenSegment, RunKind } from './run-record.ts';
import type { NewTraining } from './training-record.ts';
import type { Statements } from './transaction.ts';

export interface NewRun extends Pick<FrozenRun, 'type' | 'engine' | 'models' | 'rfmSettings'> {
  id: string;
  kind: RunKind;
  /** Equal for runs that would come to the same result. */
  dedupKey: string;
  /** When a nightly run was due; one run of a key and kind `nightly` ever exists. */
  scheduledFor: Date | null;
  /** One; any number for a nightly run: those that have just been deleted are left out; else none. */
  segments: readonly FrozenSegment[];
  /** Whether it also explains what drives churn; it does not by default. */
  explain?: boolean;
  /** What a run that is not of one segment has as a whole, else null. */
  whole: Pick<FrozenRun, 'ruleHash' | 'churnThresholds'> | null;
  /** Of a run that trains a model. */
  training?: NewTraining;
}

interface Inserted {
  id: string | null;
  active: number;
  /** Segments of the run that there are. */
  present: number;
}

/**
 * Inserts a run, or finds the active one with the same key. Throws `queue_full` when `maxActive`
 * runs of its kind are active (nightly ones are never refused), `segment_not_found` when its segments
 * have just been deleted.
 */
export async function insertRun(
  db: Statements,
  run: NewRun,
  maxActive: number,
): Promise<{ runId: string; inserted: boolean }> {
  for (;;) {
    const { id, active, present } = await tryInsert(db, run, maxActive);
    if (id !== null) return { runId: id, inserted: true };
    const winner = await findEqual(db, run.dedupKey);
    if (winner !== null) return { runId: winner, inserted: false };
    if (present === 0 && run.training === undefined) {
      const ids = run.segments.map(({ segmentId }) => segmentId).join(', ');
      throw new AppError('segment_not_found', `There is no segment ${ids}.`);
    }
    if (run.kind !== 'nightly' && active >= maxActive) {
      throw new AppError(
        'queue_full',
        `${active} runs are active, and no more than ${maxActive} may be. Try again when some have finished.`,
      );
    }
    // The winner of the conflict finished between the two statements: there is room for this one.
  }
}

/** Whoever deletes a segment locks its row, so that none is lost between the look and the insert. */
async function tryInsert(db: Statements, run: NewRun, maxActive: number): Promise<Inserted> {
  const { segments, whole, training } = run;
  const [row] = await db.rows<Inserted>(
    `WITH active AS (
       SELECT count(*) AS n FROM segcast.runs
       WHERE status IN ('queued', 'planning', 'running') AND kind = $2::text
     ), present AS MATERIALIZED (
       SELECT id FROM segcast.segments WHERE id = ANY ($10::integer[]) ORDER BY id FOR KEY SHARE
     ), run AS (
       INSERT INTO segcast.runs (id, kind, type, engine, models, rfm_settings, dedup_key,
         scheduled_for, rule_hash, churn_thresholds, explain)
       SELECT $1, $2::text, $3, $4, $5, $6, $7, $8, $15, $16, $17 FROM active
       WHERE ($2::text = 'nightly' OR active.n < $9)
         AND ($2::text = 'training' OR EXISTS (SELECT FROM present))
       ON CONFLICT DO NOTHING RETURNING id
     ), segment AS (
       INSERT INTO segcast.run_segments
         (run_id, number, segment_id, segment_name, rules, rule_hash, churn_thresholds)
       SELECT run.id, s.number - 1, s.id, s.name, s.rules::json, s.rule_hash, s.thresholds::json
       FROM run, unnest($10::integer[], $11::text[], $12::text[], $13::text[], $14::text[])
         WITH ORDINALITY AS s (id, name, rules, rule_hash, thresholds, number)
       WHERE s.id IN (SELECT id FROM present)
     ), training AS (
       INSERT INTO segcast.trainings (run_id, model, options, activate)
       SELECT run.id, $18::text, $19::json, $20::boolean FROM run WHERE $2::text = 'training'
     )
     SELECT (SELECT id FROM run) AS id, (SELECT n FROM active) AS active,
       (SELECT count(*) FROM present) AS present`,
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
      segments.map(({ segmentId }) => segmentId),
      segments.map(({ segmentName }) => segmentName),
      segments.map(({ rules }) => JSON.stringify(rules)),
      segments.map(({ ruleHash }) => ruleHash),
      segments.map(({ churnThresholds }) => JSON.stringify(churnThresholds)),
      whole?.ruleHash ?? null,
      whole && JSON.stringify(whole.churnThresholds),
      run.explain ?? false,
      training?.model ?? null,
      training ? JSON.stringify(training.options) : null,
      training?.activate ?? null,
    ],
    'insert-run',
  );
  return row ?? { id: null, active: 0, present: 0 };
}

async function findEqual(db: Statements, dedupKey: string): Promise<string | null> {
  const [row] = await db.rows<{ id: string }>(
    `SELECT id FROM segcast.runs WHERE dedup_key = $1
       AND (status IN ('queued', 'planning', 'running') OR kind = 'nightly')`,
    [dedupKey],
  );
  return row?.id ?? null;
}
