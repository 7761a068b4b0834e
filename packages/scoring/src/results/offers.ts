/** An offer as campaigns know it. */
export interface Offer {
  offer_id: string;
  offer_name: string;
  category: string;
}

/** The offers of the next best offer model, in the order of its outputs. */
export const DEFAULT_OFFERS: readonly Offer[] = [
  { offer_id: 'offer_0', offer_name: 'Welcome Back Discount', category: 'Win-back' },
  { offer_id: 'offer_1', offer_name: 'Free Delivery', category: 'Engagement' },
  { offer_id: 'offer_2', offer_name: 'Starter Bundle', category: 'Onboarding' },
  { offer_id: 'offer_3', offer_name: 'Loyalty Points Boost', category: 'Loyalty' },
  { offer_id: 'offer_4', offer_name: 'New Range Discovery', category: 'Cross-sell' },
  { offer_id: 'offer_5', offer_name: 'Volume Discount', category: 'Upsell' },
  { offer_id: 'offer_6', offer_name: 'Premium Membership', category: 'Upsell' },
  { offer_id: 'offer_7', offer_name: 'VIP Early Access', category: 'VIP' },
];
