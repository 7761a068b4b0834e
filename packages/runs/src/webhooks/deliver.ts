import { AppError, type DeliverJob, type DeliveryAttempt } from '@segcast/contracts';
import type { JobQueue } from '@segcast/queue';
import {
  claimDelivery,
  dispatchDeliveries,
  readRunRecord,
  settleDelivery,
  type DeliveryClaim,
  type Store,
} from '@segcast/store';
import { toRunSummaries } from '../present-run.ts';
import type { RunLog } from '../run-deps.ts';
import { postMessage } from './post-message.ts';
import { signatureHeaders } from './sign-message.ts';

export interface WebhookSettings {
  /** Whether addresses that are not public may be called. */
  allowPrivate: boolean;
  /** What callbacks are signed with; webhooks have secrets of their own. */
  callbackSecret: string | null;
}

export interface DeliverDeps {
  store: Store;
  webhooks: WebhookSettings;
  log: RunLog;
}

/** Longer than the longest attempt. */
const LEASE_MS = 30_000;
/** A job that is not taken for so long counts as lost. */
const LOST_AFTER_MS = 30_000;
const JOBS_AT_ONCE = 500;

/** How long to wait after each attempt, in milliseconds: about 17 hours in all. */
const RETRY_MS = [5, 30, 120, 600, 1800, 7200, 18_000, 36_000].map((seconds) => seconds * 1000);

/** Enqueues a job for every delivery that is due and has none. Tells how many. */
export async function dispatchDue(deps: {
  store: Store;
  queue: Pick<JobQueue, 'deliver'>;
}): Promise<number> {
  const due = { lostAfterMs: LOST_AFTER_MS, limit: JOBS_AT_ONCE };
  const jobs = await dispatchDeliveries(deps.store, due);
  await deps.queue.deliver(jobs);
  return jobs.length;
}

/**
 * Does the job of one delivery: tries it once, and notes whether it is done, to be tried again later
 * or given up. Nothing happens when it is done already or being tried. Throws what went wrong, for
 * the queue to show.
 */
export async function deliver(deps: DeliverDeps, job: DeliverJob): Promise<void> {
  const claim = await claimDelivery(deps.store, job.delivery_id, LEASE_MS);
  if (claim === null) return;
  const made = await attempt(deps, claim);
  const { deliveryId, runId, url } = claim;
  if (made.error === null) {
    await settleDelivery(deps.store, claim, made, 'delivered');
    deps.log.debug({ deliveryId, runId, url }, 'delivered');
    return;
  }
  const retryMs = RETRY_MS[claim.attempt - 1];
  await settleDelivery(deps.store, claim, made, retryMs === undefined ? 'failed' : { retryMs });
  const facts = { deliveryId, runId, url, error: made.error };
  deps.log.warn(facts, retryMs === undefined ? 'delivery given up' : 'delivery to be tried again');
  throw new AppError('internal', `Delivery ${deliveryId} to ${url} failed: ${made.error}`);
}

async function attempt(deps: DeliverDeps, claim: DeliveryClaim): Promise<DeliveryAttempt> {
  const at = new Date();
  const told = await send(deps, claim, at).then(
    (status) => ({
      response_status: status,
      error: status >= 200 && status < 300 ? null : `The receiver answered ${status}.`,
    }),
    (error: unknown) => ({ response_status: null, error: describe(error) }),
  );
  return { at: at.toISOString(), duration_ms: Date.now() - at.getTime(), ...told };
}

async function send(
  { store, webhooks }: DeliverDeps,
  claim: DeliveryClaim,
  at: Date,
): Promise<number> {
  const { deliveryId: id, event, createdAt } = claim;
  const [run] = await toRunSummaries({ store }, [await readRunRecord(store, claim.runId)]);
  const body = JSON.stringify({ type: event, timestamp: createdAt.toISOString(), data: { run } });
  const headers = {
    'Content-Type': 'application/json',
    'User-Agent': 'Segcast',
    ...signatureHeaders({ id, at, body }, claim.secret ?? webhooks.callbackSecret),
  };
  return postMessage({ url: claim.url, headers, body }, webhooks);
}

function describe(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text === '' ? 'The connection failed.' : text.slice(0, 500);
}
