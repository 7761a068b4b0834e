import type {
  Audience,
  AudienceDiff,
  AudienceMember,
  CatalogueOffer,
  Schedule,
  WarehouseStatus,
} from '@segcast/contracts';

export const OFFER: CatalogueOffer = {
  offer_id: 'offer_3',
  offer_name: 'Double points in May',
  category: 'Loyalty',
  description: 'Every purchase of the month counts twice.',
  updated_at: '2026-01-05T09:00:00.000Z',
};

export const SCHEDULE: Schedule = {
  name: 'nightly',
  pattern: '30 1 * * *',
  tz: 'Europe/Berlin',
  enabled: true,
  source: 'stored',
  next_firing_at: '2026-01-06T00:30:00.000Z',
  updated_at: '2026-01-05T09:00:00.000Z',
};

export const WAREHOUSE_STATUS: WarehouseStatus = {
  relation: 'public.customer_features_view',
  kind: 'materialized view',
  columns: 21,
  version: '16391/16391',
  rows_estimate: 1_000_000,
  refreshed_at: '2026-01-05T02:00:04.512Z',
  as_of: '2026-01-05',
  check: { status: 'up' },
  latency_ms: 0.4,
};

export const AUDIENCE: Audience = {
  audience_id: '0199f0a4-11aa-7d20-8c55-5a7f3c9e2b01',
  name: 'Win back, May',
  run_id: '0199f0a0-5b1c-7c3e-9a41-6f2d8f3b7e10',
  segment_id: 3,
  segment_name: 'VIP',
  filter: { risk: 'high' },
  control_share: 0.1,
  count: 120,
  control_count: 11,
  created_at: '2026-01-05T09:00:00.000Z',
};

export const AUDIENCE_MEMBER: AudienceMember = { customer_id: 'C000001', group: 'target' };

export const AUDIENCE_DIFF: AudienceDiff = {
  audience_id: AUDIENCE.audience_id,
  other_id: '0199f0a9-22bb-7e31-9d66-6b80a4daf312',
  added: 14,
  removed: 9,
  kept: 111,
  change: 'added',
  results: [AUDIENCE_MEMBER],
  next_cursor: null,
};
