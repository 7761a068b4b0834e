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
 * A nightly run scores the customers of many segments in one pass. The row of the run has what
 * concerns all of them together; a segment of the run has a number, which is its place in
 * `run_counts` and in the bits of `memberships`, and an error where its rule could not be read.
 *
 * - `prediction_chunks.memberships`: for each of `segments`, which are numbers in rising order, one
 *   bit per customer of the chunk, least significant first, in (count + 7) / 8 bytes. Both are null
 *   in the runs of one segment, of which everybody is a member.
 * - `prediction_failures.memberships`: a bit per number.
 * - `run_counts.counts`: what the shards that are done have counted, a row of doubles per number;
 *   gone when the run is closed.
 *
 * A run of one segment, as nightly runs were until now, has no rule hash of its own.
 */
export const nightlyPass = `
  ALTER TABLE segcast.runs
    ADD COLUMN rule_hash text,
    ADD COLUMN churn_thresholds json,
    ADD COLUMN stats json;
  ALTER TABLE segcast.run_segments
    ADD COLUMN number integer NOT NULL DEFAULT 0,
    ADD COLUMN error jsonb;

  CREATE TABLE segcast.run_counts (
    run_id uuid PRIMARY KEY REFERENCES segcast.runs (id) ON DELETE CASCADE,
    counts bytea NOT NULL
  );
  ALTER TABLE segcast.run_counts ALTER COLUMN counts SET STORAGE EXTERNAL;

  ALTER TABLE segcast.prediction_chunks
    ADD COLUMN segments integer[],
    ADD COLUMN memberships bytea,
    ALTER COLUMN memberships SET STORAGE EXTERNAL;
  ALTER TABLE segcast.prediction_failures ADD COLUMN memberships bytea;

  CREATE OR REPLACE VIEW segcast.predictions AS
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
    AND (c.segments IS NULL OR c.segments @> ARRAY[s.number])
  CROSS JOIN LATERAL (
    -- OFFSET 0: once for the chunk, not for each of its customers.
    SELECT substr(c.memberships, 1 + (array_position(c.segments, s.number) - 1) * width, width)
    FROM (SELECT (c.count + 7) / 8 AS width) size OFFSET 0
  ) m (bits)
  CROSS JOIN LATERAL (
    SELECT u.*, greatest(${OFFERS.map((n) => `u.offer_${n}`).join(', ')}) AS best
    FROM unnest(${ARRAYS.map((name) => `c.${name}`).join(', ')}) WITH ORDINALITY
      AS u (customer_id, churn_probability, ${OFFERS.map((n) => `offer_${n}`).join(', ')},
        rfm_code, recency, frequency, monetary, ordinal)
  ) p
  WHERE r.status = 'succeeded'
    AND (m.bits IS NULL OR get_bit(m.bits, (p.ordinal - 1)::integer) = 1);
`;
