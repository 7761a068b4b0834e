export { readPurchaseHistory, type PurchaseHistory } from './purchase-history.ts';
export * from './stream-training-rows.ts';
export { boughtColumn, LABEL } from './training-query.ts';
export type { OfferOfLine, ProductOffers, TrainingSource } from './training-query.ts';
