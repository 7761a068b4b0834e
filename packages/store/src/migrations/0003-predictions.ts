const OFFERS = [0, 1, 2, 3, 4, 5, 6, 7];
const ARRAYS = [
  'customer_ids',
  'churn_probabilities',
  ...OFFERS.map((n) => `offer_${n}`),
  'rfm',
  'recency',
  'frequency',
  'monetary',
];
/** The least index among the greatest, as the scorer chooses it. */
const RECOMMENDED = OFFERS.map((n) => `WHEN p.offer_${n} = p.best THEN 'offer_${n}'`).join(' ');

/**
 * About 4,096 customers a row, a column of numbers an array: a fifth of the log volume of a row
 * per customer. EXTERNAL, since compressing floats costs time and gains nothing. `lo` and `hi`
 * are the least and greatest id by bytes, whatever collation the ids have at home.
 */
export const predictions = `
  CREATE TABLE segcast.prediction_chunks (
    run_id uuid NOT NULL REFERENCES segcast.runs (id) ON DELETE CASCADE,
    shard integer NOT NULL,
    chunk integer NOT NULL,
    count integer NOT NULL,
    lo text COLLATE "C" NOT NULL,
    hi text COLLATE "C" NOT NULL,
    min_probability real,
    max_probability real,
    recommended_offers smallint[],
    rfm_codes smallint[],
    customer_ids text[] NOT NULL,
    churn_probabilities real[],
    ${OFFERS.map((n) => `offer_${n} real[],`).join('\n    ')}
    rfm smallint[],
    recency real[],
    frequency real[],
    monetary double precision[],
    PRIMARY KEY (run_id, shard, chunk)
  );
  ALTER TABLE segcast.prediction_chunks
    ${ARRAYS.map((name) => `ALTER COLUMN ${name} SET STORAGE EXTERNAL`).join(',\n    ')};
  CREATE INDEX prediction_chunks_ids ON segcast.prediction_chunks (run_id, lo, hi);

  CREATE TABLE segcast.prediction_failures (
    run_id uuid NOT NULL REFERENCES segcast.runs (id) ON DELETE CASCADE,
    shard integer NOT NULL,
    ordinal integer NOT NULL,
    customer_id text NOT NULL,
    code text NOT NULL,
    error text NOT NULL,
    PRIMARY KEY (run_id, shard, ordinal)
  );

  CREATE VIEW segcast.predictions AS
  SELECT c.run_id, s.segment_id, s.segment_name, r.finished_at, p.customer_id,
    p.churn_probability,
    CASE WHEN p.churn_probability > (s.churn_thresholds ->> 'high')::real THEN 'high'
         WHEN p.churn_probability > (s.churn_thresholds ->> 'medium')::real THEN 'medium'
         WHEN p.churn_probability IS NOT NULL THEN 'low' END AS churn_risk,
    CASE ${RECOMMENDED} END AS recommended_offer,
    p.best AS confidence,
    ${OFFERS.map((n) => `p.offer_${n}`).join(', ')},
    p.rfm_code, p.recency, p.frequency, p.monetary
  FROM segcast.runs r
  JOIN segcast.run_segments s ON s.run_id = r.id
  JOIN segcast.prediction_chunks c ON c.run_id = r.id
  CROSS JOIN LATERAL (
    SELECT u.*, greatest(${OFFERS.map((n) => `u.offer_${n}`).join(', ')}) AS best
    FROM unnest(${ARRAYS.map((name) => `c.${name}`).join(', ')})
      AS u (customer_id, churn_probability, ${OFFERS.map((n) => `offer_${n}`).join(', ')},
        rfm_code, recency, frequency, monetary)
  ) p
  WHERE r.status = 'succeeded';
`;
