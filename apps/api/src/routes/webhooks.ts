import {
  API_PREFIX,
  createdWebhookSchema,
  createWebhookSchema,
  deliveryListSchema,
  deliverySchema,
  updateWebhookSchema,
  webhookListSchema,
  webhookSchema,
  type Delivery,
  type Webhook,
} from '@segcast/contracts';
import { createSecret, dispatchDue } from '@segcast/runs';
import {
  createWebhook as createRecord,
  deleteWebhook as deleteRecord,
  listDeliveries,
  listWebhooks as listRecords,
  replayDelivery as replayRecord,
  requireWebhook,
  updateWebhook as updateRecord,
  type DeliveryRecord,
  type WebhookRecord,
} from '@segcast/store';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { defineRoute } from '../http/route.ts';
import { CREATED_WEBHOOK, DELIVERY, WEBHOOK } from '../openapi/webhook-examples.ts';
import { requireCallable } from '../runs/require-callable.ts';
import { pageQuery } from './parameters.ts';

const WEBHOOKS = `${API_PREFIX}/webhooks/`;
const webhookParams = z.object({ webhook_id: z.uuid() });

export const listWebhooks = defineRoute({
  method: 'get',
  path: WEBHOOKS,
  summary: 'The registered webhooks',
  tag: 'Webhooks',
  access: 'admin',
  query: pageQuery,
  responses: {
    200: {
      description: 'A page of webhooks, oldest first, without their secrets.',
      schema: webhookListSchema,
      example: { results: [WEBHOOK], next_cursor: null },
    },
  },
  handler: async ({ query }, { store }) => {
    const { results, next_cursor } = await listRecords(store, query);
    return { status: 200, body: { results: results.map(toWebhook), next_cursor } };
  },
});

export const createWebhook = defineRoute({
  method: 'post',
  path: WEBHOOKS,
  summary: 'Have the end of every run told to a URL',
  tag: 'Webhooks',
  access: 'admin',
  body: createWebhookSchema,
  bodyExample: { url: WEBHOOK.url, events: ['run.succeeded', 'run.failed'] },
  responses: {
    201: {
      description: 'The webhook, with its secret this once.',
      schema: createdWebhookSchema,
      example: CREATED_WEBHOOK,
    },
  },
  handler: async ({ body }, { store, webhooks }) => {
    requireCallable(body.url, '/url', webhooks);
    const { url, description, events, secret = createSecret() } = body;
    const record = await createRecord(store, { id: uuidv7(), url, description, events, secret });
    return { status: 201, body: { ...toWebhook(record), secret } };
  },
});

export const updateWebhook = defineRoute({
  method: 'patch',
  path: `${WEBHOOKS}{webhook_id}/`,
  summary: 'Change what the body names, and leave the rest',
  tag: 'Webhooks',
  access: 'admin',
  params: webhookParams,
  body: updateWebhookSchema,
  bodyExample: { is_active: false },
  responses: {
    200: { description: 'The webhook as it is now.', schema: webhookSchema, example: WEBHOOK },
  },
  errors: ['webhook_not_found'],
  handler: async ({ params, body }, { store, webhooks }) => {
    const { is_active: isActive, ...changes } = body;
    if (changes.url !== undefined) requireCallable(changes.url, '/url', webhooks);
    const record = await updateRecord(store, params.webhook_id, { ...changes, isActive });
    return { status: 200, body: toWebhook(record) };
  },
});

export const deleteWebhook = defineRoute({
  method: 'delete',
  path: `${WEBHOOKS}{webhook_id}/`,
  summary: 'Delete a webhook with its deliveries',
  tag: 'Webhooks',
  access: 'admin',
  params: webhookParams,
  responses: { 204: { description: 'It is gone.' } },
  errors: ['webhook_not_found'],
  handler: async ({ params }, { store }) => {
    await deleteRecord(store, params.webhook_id);
    return { status: 204 };
  },
});

export const webhookDeliveries = defineRoute({
  method: 'get',
  path: `${WEBHOOKS}{webhook_id}/deliveries/`,
  summary: 'What was told to a webhook, and how each attempt went',
  tag: 'Webhooks',
  access: 'admin',
  params: webhookParams,
  query: pageQuery,
  responses: {
    200: {
      description: 'A page of deliveries, newest first; those of the last 30 days.',
      schema: deliveryListSchema,
      example: { results: [DELIVERY], next_cursor: null },
    },
  },
  errors: ['webhook_not_found'],
  handler: async ({ params, query }, { store }) => {
    await requireWebhook(store, params.webhook_id);
    const { results, next_cursor } = await listDeliveries(store, params.webhook_id, query);
    return { status: 200, body: { results: results.map(toDelivery), next_cursor } };
  },
});

export const replayDelivery = defineRoute({
  method: 'post',
  path: `${WEBHOOKS}deliveries/{delivery_id}/replay/`,
  summary: 'Deliver again what was delivered or given up, under the same id',
  tag: 'Webhooks',
  access: 'admin',
  params: z.object({ delivery_id: z.uuid() }),
  responses: {
    202: {
      description: 'The delivery, to be tried at once.',
      schema: deliverySchema,
      example: { ...DELIVERY, status: 'pending', finished_at: null },
    },
  },
  errors: ['delivery_not_found', 'delivery_pending'],
  handler: async ({ params }, deps) => {
    const record = await replayRecord(deps.store, params.delivery_id);
    await dispatchDue(deps).catch((error: unknown) => {
      deps.log.warn({ error }, 'delivery not enqueued; the sweeper will do it');
    });
    return { status: 202, body: toDelivery(record) };
  },
});

function toWebhook(record: WebhookRecord): Webhook {
  return {
    webhook_id: record.id,
    url: record.url,
    description: record.description,
    events: record.events,
    is_active: record.isActive,
    created_at: record.createdAt.toISOString(),
    updated_at: record.updatedAt.toISOString(),
  };
}

function toDelivery(record: DeliveryRecord): Delivery {
  return {
    delivery_id: record.deliveryId,
    webhook_id: record.webhookId,
    run_id: record.runId,
    event: record.event,
    url: record.url,
    status: record.status,
    attempts: record.attempts,
    next_attempt_at: record.notBefore?.toISOString() ?? null,
    created_at: record.createdAt.toISOString(),
    finished_at: record.finishedAt?.toISOString() ?? null,
  };
}
