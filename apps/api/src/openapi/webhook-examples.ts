import type { Delivery, Webhook } from '@segcast/contracts';
import { FINISHED_RUN } from './examples.ts';

/* Webhooks as the API document shows them. */

const WEBHOOK_ID = '0199f0a1-2c3d-7e4f-8a5b-6c7d8e9fa0b1';

export const WEBHOOK: Webhook = {
  webhook_id: WEBHOOK_ID,
  url: 'https://campaigns.example.com/segcast',
  description: 'Campaigns start when a run has succeeded',
  events: ['run.succeeded', 'run.failed'],
  is_active: true,
  created_at: '2026-01-01T09:00:00.000Z',
  updated_at: '2026-01-01T09:00:00.000Z',
};

export const CREATED_WEBHOOK = {
  ...WEBHOOK,
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=',
};

export const DELIVERY: Delivery = {
  delivery_id: '5f0f6f0e-6a7b-4c1d-9e2f-3a4b5c6d7e8f',
  webhook_id: WEBHOOK_ID,
  run_id: FINISHED_RUN.run_id,
  event: 'run.succeeded',
  url: WEBHOOK.url,
  status: 'delivered',
  attempts: [
    {
      at: '2026-01-05T02:00:00.250Z',
      duration_ms: 84,
      response_status: 503,
      error: 'The receiver answered 503.',
    },
    { at: '2026-01-05T02:00:05.300Z', duration_ms: 61, response_status: 204, error: null },
  ],
  next_attempt_at: null,
  created_at: '2026-01-05T02:00:00.180Z',
  finished_at: '2026-01-05T02:00:05.361Z',
};
