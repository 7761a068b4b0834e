import type { CatalogueOffer } from '@segcast/contracts';

export const OFFER: CatalogueOffer = {
  offer_id: 'offer_3',
  offer_name: 'Double points in May',
  category: 'Loyalty',
  description: 'Every purchase of the month counts twice.',
  updated_at: '2026-01-05T09:00:00.000Z',
};
