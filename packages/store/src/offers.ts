import { AppError } from '@segcast/contracts';
import type { Store } from './open-store.ts';

/** An offer as campaigns know it. */
export interface OfferRecord {
  offerId: string;
  offerName: string;
  category: string;
  description: string;
  /** Null until it is changed for the first time. */
  updatedAt: Date | null;
}

const COLUMNS = `offer_id AS "offerId", offer_name AS "offerName", category, description,
  updated_at AS "updatedAt"`;

/** The offers in the order of the model's outputs. */
export function readOffers(store: Store): Promise<OfferRecord[]> {
  return store.rows<OfferRecord>(`SELECT ${COLUMNS} FROM segcast.offers ORDER BY position`);
}

/** Names an offer anew. Throws `offer_not_found`. */
export async function updateOffer(
  store: Store,
  offerId: string,
  { offerName, category, description }: Omit<OfferRecord, 'offerId' | 'updatedAt'>,
): Promise<OfferRecord> {
  const [updated] = await store.rows<OfferRecord>(
    `UPDATE segcast.offers SET offer_name = $2, category = $3, description = $4,
       updated_at = clock_timestamp()
     WHERE offer_id = $1 RETURNING ${COLUMNS}`,
    [offerId, offerName, category, description],
  );
  if (updated !== undefined) return updated;
  throw new AppError(
    'offer_not_found',
    `There is no offer "${offerId}". The model decides which there are; GET /offers/ lists them.`,
  );
}
