import type { Offer } from '@segcast/scoring';
import { readOffers, type Store } from '@segcast/store';

/** The offers as results show them, in the order of the model's outputs. */
export async function offerNames(store: Store): Promise<Offer[]> {
  const offers = await readOffers(store);
  return offers.map(({ offerId, offerName, category }) => ({
    offer_id: offerId,
    offer_name: offerName,
    category,
  }));
}
