import { AppError, type Page, type PageQuery, type WebhookEvent } from '@segcast/contracts';
import { decodeCursor, pageOf } from './cursor.ts';
import type { Store } from './open-store.ts';

/** A registered webhook. The secret is kept as it is, since every delivery is signed with it. */
export interface WebhookRecord {
  id: string;
  url: string;
  description: string;
  events: WebhookEvent[];
  isActive: boolean;
  createdAt: Date;
  updatedAt: Date;
}

export interface NewWebhook extends Pick<WebhookRecord, 'id' | 'url' | 'description' | 'events'> {
  secret: string;
}

/** What is undefined stays as it is. */
export type WebhookChanges = {
  [Field in 'url' | 'description' | 'events' | 'secret' | 'isActive']?:
    (NewWebhook & WebhookRecord)[Field] | undefined;
};

const COLUMNS = `id, url, description, events, is_active AS "isActive", created_at AS "createdAt",
  updated_at AS "updatedAt"`;

export async function createWebhook(
  store: Store,
  { id, url, description, events, secret }: NewWebhook,
): Promise<WebhookRecord> {
  const [row] = await store.rows<WebhookRecord>(
    `INSERT INTO segcast.webhooks (id, url, description, events, secret)
     VALUES ($1, $2, $3, $4, $5) RETURNING ${COLUMNS}`,
    [id, url, description, events, secret],
  );
  return row!;
}

/** One page of webhooks, oldest first. */
export async function listWebhooks(
  store: Store,
  { limit, cursor }: PageQuery,
): Promise<Page<WebhookRecord>> {
  const after = decodeCursor(cursor, ['uuid'])?.[0] ?? null;
  const rows = await store.rows<WebhookRecord>(
    `SELECT ${COLUMNS} FROM segcast.webhooks
     WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2`,
    [after, limit + 1],
  );
  return pageOf(rows, limit, ({ id }) => [id]);
}

/** Changes what `changes` names. Throws `webhook_not_found`. */
export async function updateWebhook(
  store: Store,
  id: string,
  { url, description, events, secret, isActive }: WebhookChanges,
): Promise<WebhookRecord> {
  const [row] = await store.rows<WebhookRecord>(
    `UPDATE segcast.webhooks SET url = coalesce($2, url),
       description = coalesce($3, description), events = coalesce($4, events),
       secret = coalesce($5, secret), is_active = coalesce($6, is_active),
       updated_at = clock_timestamp()
     WHERE id = $1 RETURNING ${COLUMNS}`,
    [id, url, description, events, secret, isActive],
  );
  if (row === undefined) throw webhookNotFound(id);
  return row;
}

/** Deletes a webhook with its deliveries. Throws `webhook_not_found`. */
export async function deleteWebhook(store: Store, id: string): Promise<void> {
  const rows = await store.rows('DELETE FROM segcast.webhooks WHERE id = $1 RETURNING id', [id]);
  if (rows.length === 0) throw webhookNotFound(id);
}

/** Throws `webhook_not_found`. */
export async function requireWebhook(store: Store, id: string): Promise<void> {
  const rows = await store.rows('SELECT FROM segcast.webhooks WHERE id = $1', [id]);
  if (rows.length === 0) throw webhookNotFound(id);
}

function webhookNotFound(id: string): AppError {
  return new AppError('webhook_not_found', `There is no webhook ${id}.`);
}
