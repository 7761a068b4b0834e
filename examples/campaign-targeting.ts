/* Campaign targeting: the customers at high risk of every segment that has more than 20 % of them.
 *
 *   npx tsx examples/campaign-targeting.ts > high-risk.csv
 *   npx tsx examples/campaign-targeting.ts 35 > high-risk.csv
 */
import { segcast } from './connect.ts';

const { segmentsApi, runs } = segcast;
const threshold = Number(process.argv[2] ?? 20);

console.log('segment_id,customer_id');
for (const { id, name } of await segmentsApi.getAll()) {
  const { run_ids, stats } = await segmentsApi.getMLStats(id);
  const share = stats.churn.high_percentage;
  if (run_ids.churn === null || share <= threshold) {
    console.error(`${name}: ${share} % at high risk, left alone`);
    continue;
  }
  // A nightly run is that of many segments.
  const wanted = { segment_id: id, risk: 'high' } as const;
  for await (const { customer_id } of runs.results(run_ids.churn, wanted)) {
    console.log(`${id},"${customer_id.replaceAll('"', '""')}"`);
  }
  console.error(`${name}: ${share} % at high risk, ${stats.churn.high} customers exported`);
}
