import {
  AppError,
  type DeliverJob,
  type DeliveryAttempt,
  type Page,
  type PageQuery,
  type WebhookEvent,
} from '@segcast/contracts';
import { decodeCursor, pageOf } from './cursor.ts';
import type { Store } from './open-store.ts';

/** What is to be told to a webhook or a callback, and what became of it. */
export interface DeliveryRecord {
  /** Rises with time. */
  id: number;
  deliveryId: string;
  webhookId: string | null;
  runId: string;
  event: WebhookEvent;
  url: string;
  status: 'pending' | 'delivered' | 'failed';
  attempts: DeliveryAttempt[];
  /** Null when there will be none. */
  notBefore: Date | null;
  createdAt: Date;
  finishedAt: Date | null;
}

/** The right to try a delivery, until the lease ends. */
export interface DeliveryClaim {
  deliveryId: string;
  /** Counts since it was made or replayed; it fences those that come too late. */
  attempt: number;
  runId: string;
  event: WebhookEvent;
  url: string;
  /** Null of a callback. */
  secret: string | null;
  createdAt: Date;
}

const SELECT_DELIVERY = `
  SELECT d.id, d.delivery_id AS "deliveryId", d.webhook_id AS "webhookId", d.run_id AS "runId",
    d.event, coalesce(d.callback_url, w.url) AS url, d.status, d.attempts,
    CASE WHEN d.status = 'pending' THEN greatest(d.not_before, d.created_at) END AS "notBefore",
    d.created_at AS "createdAt", d.finished_at AS "finishedAt"
  FROM segcast.webhook_deliveries d LEFT JOIN segcast.webhooks w ON w.id = d.webhook_id`;

/** One page of a webhook's deliveries, newest first. */
export async function listDeliveries(
  store: Store,
  webhookId: string,
  { limit, cursor }: PageQuery,
): Promise<Page<DeliveryRecord>> {
  const before = decodeCursor(cursor, ['int'])?.[0] ?? null;
  const rows = await store.rows<DeliveryRecord>(
    `${SELECT_DELIVERY} WHERE d.webhook_id = $1 AND ($2::bigint IS NULL OR d.id < $2)
     ORDER BY d.id DESC LIMIT $3`,
    [webhookId, before, limit + 1],
  );
  return pageOf(rows, limit, ({ id }) => [id]);
}

/** Makes a delivery that has ended due again. Throws `delivery_not_found`, `delivery_pending`. */
export async function replayDelivery(store: Store, deliveryId: string): Promise<DeliveryRecord> {
  const replayed = await store.rows(
    `UPDATE segcast.webhook_deliveries
     SET status = 'pending', attempt = 0, not_before = '-infinity', lease_until = NULL,
       dispatched_at = NULL, finished_at = NULL
     WHERE delivery_id = $1 AND status <> 'pending' RETURNING id`,
    [deliveryId],
  );
  const [row] = await store.rows<DeliveryRecord>(`${SELECT_DELIVERY} WHERE d.delivery_id = $1`, [
    deliveryId,
  ]);
  if (row === undefined) {
    throw new AppError('delivery_not_found', `There is no delivery ${deliveryId}.`);
  }
  if (replayed.length === 1) return row;
  throw new AppError(
    'delivery_pending',
    `Delivery ${deliveryId} is still being tried; it can be replayed when that has ended.`,
  );
}

/**
 * Numbers new jobs for the deliveries that are due and have none, or one that was enqueued so long
 * ago that it counts as lost; oldest first.
 */
export function dispatchDeliveries(
  store: Store,
  { lostAfterMs, limit }: { lostAfterMs: number; limit: number },
): Promise<DeliverJob[]> {
  return store.rows<DeliverJob>(
    `UPDATE segcast.webhook_deliveries d
     SET dispatch = d.dispatch + 1, dispatched_at = clock_timestamp()
     FROM (
       SELECT id FROM segcast.webhook_deliveries
       WHERE status = 'pending' AND not_before <= clock_timestamp()
         AND (lease_until IS NULL OR lease_until < clock_timestamp())
         AND (dispatched_at IS NULL
           OR dispatched_at < clock_timestamp() - $1 * interval '1 ms')
       ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED
     ) due
     WHERE d.id = due.id RETURNING d.delivery_id, d.dispatch`,
    [lostAfterMs, limit],
  );
}

/** Takes a delivery that is due and that nobody tries just now; null when there is none such. */
export async function claimDelivery(
  store: Store,
  deliveryId: string,
  leaseMs: number,
): Promise<DeliveryClaim | null> {
  const [claim] = await store.rows<DeliveryClaim>(
    `WITH claimed AS (
       UPDATE segcast.webhook_deliveries
       SET attempt = attempt + 1, lease_until = clock_timestamp() + $2 * interval '1 ms'
       WHERE delivery_id = $1 AND status = 'pending' AND not_before <= clock_timestamp()
         AND (lease_until IS NULL OR lease_until < clock_timestamp())
       RETURNING *
     )
     SELECT d.delivery_id AS "deliveryId", d.attempt, d.run_id AS "runId", d.event,
       coalesce(d.callback_url, w.url) AS url, w.secret, d.created_at AS "createdAt"
     FROM claimed d LEFT JOIN segcast.webhooks w ON w.id = d.webhook_id`,
    [deliveryId, leaseMs],
  );
  return claim ?? null;
}

/** Attempts that the log of a delivery keeps. */
const ATTEMPTS_KEPT = 20;

/**
 * Notes how an attempt went, unless another one has taken the delivery over: it was delivered, is
 * to be tried again after `retryMs`, or is given up.
 */
export async function settleDelivery(
  store: Store,
  { deliveryId, attempt }: DeliveryClaim,
  made: DeliveryAttempt,
  outcome: 'delivered' | 'failed' | { retryMs: number },
): Promise<void> {
  const retryMs = typeof outcome === 'object' ? outcome.retryMs : null;
  await store.rows(
    `UPDATE segcast.webhook_deliveries
     SET status = $3, lease_until = NULL, dispatched_at = NULL,
       attempts = (
         SELECT json_agg(kept.entry ORDER BY kept.place) FROM (
           SELECT entry, place FROM json_array_elements(
             (attempts::jsonb || $4::jsonb)::json) WITH ORDINALITY AS all_of (entry, place)
           ORDER BY place DESC LIMIT ${ATTEMPTS_KEPT}
         ) kept
       ),
       not_before = clock_timestamp() + coalesce($5::float8, 0) * interval '1 ms',
       finished_at = CASE WHEN $5::float8 IS NULL THEN clock_timestamp() END
     WHERE delivery_id = $1 AND attempt = $2 AND status = 'pending'`,
    [
      deliveryId,
      attempt,
      typeof outcome === 'object' ? 'pending' : outcome,
      JSON.stringify([made]),
      retryMs,
    ],
  );
}

/** Forgets deliveries that ended a month ago. */
export async function deleteOldDeliveries(store: Store): Promise<void> {
  await store.rows(
    `DELETE FROM segcast.webhook_deliveries
     WHERE status <> 'pending' AND finished_at < clock_timestamp() - interval '30 days'`,
  );
}
