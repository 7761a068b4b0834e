/** An offer as results show it; the catalogue of them is the store's. */
export interface Offer {
  offer_id: string;
  offer_name: string;
  category: string;
}
