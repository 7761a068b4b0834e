import type { RunService } from './run-service.ts';

const CHUNK = 4096;
const OFFERS = Array.from({ length: 8 }, (_, offer) => offer);

/** Gives a run as many predictions as are wanted, without scoring anybody, and closes it. */
export async function fillRun(service: RunService, runId: string, count: number): Promise<void> {
  const offers = OFFERS.map(
    (offer) => `array_agg(((n * ${offer + 3} % 997) / 1000.0)::real ORDER BY n)`,
  );
  await service.sql(
    `INSERT INTO segcast.prediction_chunks (run_id, shard, chunk, count, lo, hi, min_probability,
       max_probability, recommended_offers, rfm_codes, customer_ids, churn_probabilities,
       ${OFFERS.map((offer) => `offer_${offer}`).join(', ')}, rfm, recency, frequency, monetary)
     SELECT $1, 0, n / ${CHUNK}, count(*), min(id), max(id), min(p), max(p), '{0,1,2,3,4,5,6,7}',
       '{555}', array_agg(id ORDER BY n), array_agg(p ORDER BY n), ${offers.join(', ')},
       array_agg(555::smallint ORDER BY n), array_agg((n % 400)::real ORDER BY n),
       array_agg((n % 30)::real ORDER BY n), array_agg((n % 5000) + 0.25::float8 ORDER BY n)
     FROM (
       SELECT n, 'C' || lpad(n::text, 9, '0') AS id, ((n::bigint * 7919 % 1000003) / 1000003.0)::real AS p
       FROM generate_series(0, $2::integer - 1) AS n
     ) made
     GROUP BY n / ${CHUNK}`,
    [runId, count],
  );
  await service.sql(
    `UPDATE segcast.run_segments SET members = $2, successful = $2, failed = 0, imputed = 0,
       stats = '{}' WHERE run_id = $1`,
    [runId, count],
  );
  await service.sql(
    `UPDATE segcast.runs SET status = 'succeeded', finished_at = clock_timestamp() WHERE id = $1`,
    [runId],
  );
}
