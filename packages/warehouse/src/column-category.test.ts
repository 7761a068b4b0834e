import { expect, it } from 'vitest';
import { categoryOf } from './column-category.ts';

it.each([
  [
    'Financial',
    'total_revenue avg_transaction_value lifetime_value monthly_revenue max_order_value',
  ],
  ['Financial', 'revenue_90d customer_lifetime_value totalSpend'],
  ['Activity', 'transaction_count days_since_last_transaction product_count service_count'],
  ['Activity', 'items_total avg_days_between_orders active_products_count last_login_at'],
  ['Profile', 'customer_age_days customer_status country birthDate tenure_days'],
  [
    'Risk & Engagement',
    'engagement_score churn_risk support_tickets return_rate refund_amount nps',
  ],
  ['DWH', 'customer_id updated_at etl_batch x'],
])('%s: %s', (category, names) => {
  for (const name of names.split(' ')) expect([name, categoryOf(name)]).toEqual([name, category]);
});
