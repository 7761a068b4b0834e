/* Segment health dashboard: every segment with its share of customers at high risk of churn.
 *
 *   npx tsx examples/segment-health.ts
 */
import { segcast } from './connect.ts';

const rows = [];
for (const { id, name } of await segcast.segmentsApi.getAll()) {
  const { stats, computed_at } = await segcast.segmentsApi.getMLStats(id);
  rows.push({
    segment: name,
    scored: stats.churn.count,
    'high risk %': stats.churn.high_percentage,
    'as of': computed_at ?? 'never',
  });
}
console.table(rows);
