import { addCallback } from './callbacks.ts';
import { claimKey, keepKey, type IdempotencyKey } from './idempotency.ts';
import { insertRun, type NewRun } from './insert-run.ts';
import type { Store } from './open-store.ts';
import { inTransaction, statementsOf } from './transaction.ts';

export interface Submission {
  run: NewRun;
  /** Runs that may be active at once. */
  maxActive: number;
  /** Told when the run has ended, whoever submitted it first. */
  callbackUrl: string | null;
  idempotency: IdempotencyKey | null;
}

export interface Submitted {
  runId: string;
  inserted: boolean;
  /** Whether the run was active already when it was first asked for. */
  deduplicated: boolean;
}

/**
 * Keeps a submission, all or nothing: the run or that it is another one, the key that stands for
 * it, and who is to be told. Throws as `insertRun` does, `idempotency_in_flight` and
 * `idempotency_key_reused`.
 */
export function insertSubmission(store: Store, submission: Submission): Promise<Submitted> {
  const { run: newRun, maxActive, callbackUrl, idempotency } = submission;
  // One statement is a transaction already.
  if (callbackUrl === null && idempotency === null) return insertAlone(store, newRun, maxActive);
  return inTransaction(store, async (client) => {
    const known = idempotency === null ? null : await claimKey(client, idempotency);
    if (known !== null) return { ...known, inserted: false };
    const { runId, inserted } = await insertRun(statementsOf(client), newRun, maxActive);
    if (callbackUrl !== null) await addCallback(client, runId, callbackUrl);
    const deduplicated = !inserted;
    if (idempotency !== null) await keepKey(client, idempotency, { runId, deduplicated });
    return { runId, inserted, deduplicated };
  });
}

async function insertAlone(store: Store, newRun: NewRun, maxActive: number): Promise<Submitted> {
  const { runId, inserted } = await insertRun(store, newRun, maxActive);
  return { runId, inserted, deduplicated: !inserted };
}
