import type { Store } from './open-store.ts';
import { closeIfLast, failRun, type Summarize } from './close-run.ts';
import { ANY_ENGINE, type RunKind, type StoredError } from './run-record.ts';
import { inTransaction, statementsOf, type Statements } from './transaction.ts';

/** The right to plan a run, until another planner takes it over. */
export interface PlanClaim {
  runId: string;
  attempt: number;
}

export interface RunPlan {
  shards: readonly { lo: string | null; hi: string | null }[];
  /** Members, about. */
  estimate: number;
  /** Frozen into a run that was submitted for whatever engine there is. */
  engine: string;
  /** Segments of a run of several that cannot be scored, by their numbers, and why. */
  refused: readonly { number: number; error: StoredError }[];
}

/** Takes a queued run, or one whose planner has gone; null when there is nothing to take. */
export function claimPlan(store: Store, runId: string, leaseMs: number): Promise<PlanClaim | null> {
  return claimRun(store, runId, { leaseMs, kinds: ['segment', 'nightly'] });
}

/** Takes a run as a whole, if it is of one of the kinds. */
export async function claimRun(
  store: Store,
  runId: string,
  { leaseMs, kinds }: { leaseMs: number; kinds: readonly RunKind[] },
): Promise<PlanClaim | null> {
  const [row] = await store.rows<{ attempt: number }>(
    `UPDATE segcast.runs
     SET status = 'planning', attempt = attempt + 1, dispatched_at = NULL,
       lease_until = clock_timestamp() + $2 * interval '1 ms',
       started_at = coalesce(started_at, clock_timestamp())
     WHERE id = $1 AND kind = ANY ($3) AND not_before <= clock_timestamp()
       AND (status = 'queued' OR status = 'planning'
         AND (lease_until IS NULL OR lease_until < clock_timestamp()))
     RETURNING attempt`,
    [runId, leaseMs, kinds],
  );
  return row === undefined ? null : { runId, attempt: row.attempt };
}

/** Tells whether the claim still holds, and prolongs it. */
export async function renewPlan(
  store: Store,
  { runId, attempt }: PlanClaim,
  leaseMs: number,
): Promise<boolean> {
  const rows = await store.rows(
    `UPDATE segcast.runs SET lease_until = clock_timestamp() + $3 * interval '1 ms'
     WHERE id = $1 AND attempt = $2 AND status = 'planning' RETURNING id`,
    [runId, attempt, leaseMs],
  );
  return rows.length === 1;
}

/**
 * Writes the shards of a run, once, and sets it running; a run without shards is closed at once.
 * From here on all of its shards are for one engine. Tells whether the claim still held.
 */
export function saveShards(
  store: Store,
  claim: PlanClaim,
  plan: RunPlan,
  summarize: Summarize,
): Promise<boolean> {
  // One statement is a transaction already.
  if (plan.shards.length > 0) return insertPlan(store, claim, plan);
  return inTransaction(store, async (client) => {
    const saved = await insertPlan(statementsOf(client), claim, plan);
    if (saved) await closeIfLast(client, claim.runId, summarize);
    return saved;
  });
}

async function insertPlan(
  db: Statements,
  { runId, attempt }: PlanClaim,
  { shards, estimate, engine, refused }: RunPlan,
): Promise<boolean> {
  const rows = await db.rows(
    `WITH held AS (
       UPDATE segcast.runs SET status = 'running', lease_until = NULL, estimated_members = $3,
         engine = CASE WHEN engine = '${ANY_ENGINE}' THEN $4 ELSE engine END
       WHERE id = $1 AND attempt = $2 AND status = 'planning' RETURNING id
     ), planned AS (
       INSERT INTO segcast.run_shards (run_id, shard, lo, hi)
       SELECT held.id, number - 1, lo, hi
       FROM held, unnest($5::text[], $6::text[]) WITH ORDINALITY AS p (lo, hi, number)
     ), refused AS (
       UPDATE segcast.run_segments s SET error = r.error::jsonb
       FROM held, unnest($7::integer[], $8::text[]) AS r (number, error)
       WHERE s.run_id = held.id AND s.number = r.number
     )
     SELECT id FROM held`,
    [
      runId,
      attempt,
      estimate,
      engine,
      shards.map(({ lo }) => lo),
      shards.map(({ hi }) => hi),
      refused.map(({ number }) => number),
      refused.map(({ error }) => JSON.stringify(error)),
    ],
  );
  return rows.length === 1;
}

/** Gives a claim back because its run was cancelled meanwhile. */
export async function dropPlan(store: Store, { runId, attempt }: PlanClaim): Promise<void> {
  await store.rows(
    `UPDATE segcast.runs SET lease_until = NULL
     WHERE id = $1 AND attempt = $2 AND status = 'cancelling'`,
    [runId, attempt],
  );
}

/**
 * Gives a claim back after an error: the run is planned again after `backOffMs`, or failed when
 * the error is `final`. Tells whether it failed.
 */
export async function releasePlan(
  store: Store,
  { runId, attempt }: PlanClaim,
  { error, backOffMs, final }: { error: StoredError; backOffMs: number; final: boolean },
): Promise<boolean> {
  const rows = await store.rows(
    `UPDATE segcast.runs SET lease_until = NULL, dispatched_at = NULL, error = $3,
       not_before = clock_timestamp() + $4 * interval '1 ms'
     WHERE id = $1 AND attempt = $2 AND status = 'planning' RETURNING id`,
    [runId, attempt, JSON.stringify(error), backOffMs],
  );
  return rows.length === 1 && final && failRun(store.pool, runId, error);
}
