import type { CatalogueOffer, Schedule, WarehouseStatus } from '@segcast/contracts';

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
