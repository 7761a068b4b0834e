import {
  API_PREFIX,
  catalogueOfferSchema,
  offerListSchema,
  updateOfferSchema,
  type CatalogueOffer,
} from '@segcast/contracts';
import { readOffers, updateOffer as update, type OfferRecord } from '@segcast/store';
import { z } from 'zod';
import { defineRoute } from '../http/route.ts';
import { OFFER } from '../openapi/campaign-examples.ts';

export const listOffers = defineRoute({
  method: 'get',
  path: `${API_PREFIX}/offers/`,
  summary: 'The offers of the next best offer model, as campaigns call them',
  tag: 'Offers',
  responses: {
    200: {
      description: "All of them, in the order of the model's outputs.",
      schema: offerListSchema,
      example: { results: [OFFER], next_cursor: null },
    },
  },
  handler: async (_request, { store }) => ({
    status: 200,
    body: { results: (await readOffers(store)).map(present), next_cursor: null },
  }),
});

export const updateOffer = defineRoute({
  method: 'put',
  path: `${API_PREFIX}/offers/{offer_id}/`,
  summary: 'Call an offer by another name; every result shows it, and no number changes',
  tag: 'Offers',
  params: z.object({ offer_id: z.string().min(1).max(100) }),
  body: updateOfferSchema,
  bodyExample: {
    offer_name: OFFER.offer_name,
    category: OFFER.category,
    description: OFFER.description,
  },
  responses: {
    200: { description: 'As it is now.', schema: catalogueOfferSchema, example: OFFER },
  },
  errors: ['offer_not_found'],
  handler: async ({ params, body }, { store }) => {
    const { offer_name: offerName, category, description } = body;
    const updated = await update(store, params.offer_id, { offerName, category, description });
    return { status: 200, body: present(updated) };
  },
});

function present(offer: OfferRecord): CatalogueOffer {
  return {
    offer_id: offer.offerId,
    offer_name: offer.offerName,
    category: offer.category,
    description: offer.description,
    updated_at: offer.updatedAt?.toISOString() ?? null,
  };
}
