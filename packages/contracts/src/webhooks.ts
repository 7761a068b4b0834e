import { z } from 'zod';
import { pageSchema } from './paging.ts';
import { targetUrlSchema } from './target-url.ts';

export const webhookEventSchema = z.enum(['run.succeeded', 'run.failed', 'run.cancelled']);
export type WebhookEvent = z.infer<typeof webhookEventSchema>;

const SECRET = /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/;

const secretSchema = z.string().regex(SECRET, {
  error: 'must be whsec_ and 24 to 64 bytes in base64',
});

const eventsSchema = z.array(webhookEventSchema).min(1);

export const createWebhookSchema = z.strictObject({
  url: targetUrlSchema,
  description: z.string().max(2000).default(''),
  events: eventsSchema.default(['run.succeeded', 'run.failed', 'run.cancelled']),
  secret: secretSchema.optional().meta({ description: 'One is made up where none is given.' }),
});

export const updateWebhookSchema = z.strictObject({
  url: targetUrlSchema.optional(),
  description: z.string().max(2000).optional(),
  events: eventsSchema.optional(),
  secret: secretSchema.optional(),
  is_active: z.boolean().optional(),
});

export const webhookSchema = z.object({
  webhook_id: z.uuid(),
  url: z.string(),
  description: z.string(),
  events: eventsSchema,
  is_active: z.boolean(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});
/** A registered webhook; its secret is never shown again. */
export type Webhook = z.infer<typeof webhookSchema>;

export const createdWebhookSchema = webhookSchema.extend({
  secret: z.string().meta({ description: 'Shown this once.' }),
});

export const webhookListSchema = pageSchema(webhookSchema);

export const deliveryAttemptSchema = z.object({
  at: z.iso.datetime(),
  duration_ms: z.int(),
  response_status: z.int().nullable(),
  error: z.string().nullable(),
});
export type DeliveryAttempt = z.infer<typeof deliveryAttemptSchema>;

export const deliverySchema = z.object({
  delivery_id: z.uuid().meta({
    description: 'The same at every attempt and replay: the `webhook-id` that receivers tell by.',
  }),
  webhook_id: z.uuid().nullable(),
  run_id: z.uuid(),
  event: webhookEventSchema,
  url: z.string(),
  status: z.enum(['pending', 'delivered', 'failed']),
  attempts: z.array(deliveryAttemptSchema).meta({ description: 'The newest last.' }),
  next_attempt_at: z.iso.datetime().nullable(),
  created_at: z.iso.datetime(),
  finished_at: z.iso.datetime().nullable(),
});
export type Delivery = z.infer<typeof deliverySchema>;

export const deliveryListSchema = pageSchema(deliverySchema);
