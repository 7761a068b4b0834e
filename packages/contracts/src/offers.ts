import { z } from 'zod';

/** An offer of the catalogue. Names are presentation: no number depends on them. */
export const catalogueOfferSchema = z.object({
  offer_id: z.string(),
  offer_name: z.string(),
  category: z.string(),
  description: z.string(),
  updated_at: z.iso.datetime().nullable(),
});
export type CatalogueOffer = z.infer<typeof catalogueOfferSchema>;

/** All of them: a model has few, so that there is never a second page. */
export const offerListSchema = z.object({
  results: z.array(catalogueOfferSchema),
  next_cursor: z.null(),
});

export const updateOfferSchema = z.strictObject({
  offer_name: z.string().trim().min(1).max(200),
  category: z.string().trim().min(1).max(100),
  description: z.string().trim().max(2000).default(''),
});
