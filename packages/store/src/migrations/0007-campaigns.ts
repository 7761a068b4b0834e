/** The names that the offers of the next best offer model had before they could be changed. */
const OFFERS = [
  ['Welcome Back Discount', 'Win-back', 'A discount for customers who have stayed away.'],
  ['Free Delivery', 'Engagement', 'The next delivery is free.'],
  ['Starter Bundle', 'Onboarding', 'A bundle of favourites for new customers.'],
  ['Loyalty Points Boost', 'Loyalty', 'More points for every purchase of a month.'],
  ['New Range Discovery', 'Cross-sell', 'An introduction to ranges not bought so far.'],
  ['Volume Discount', 'Upsell', 'A discount that grows with the quantity.'],
  ['Premium Membership', 'Upsell', 'A trial of the paid membership.'],
  ['VIP Early Access', 'VIP', 'New arrivals before anybody else sees them.'],
] as const;

/**
 * What campaigns need beside predictions.
 *
 * - `schedules`: what was set over HTTP; a schedule without a row is as the environment says.
 * - `audiences` outlive the run that they were made of, so they do not refer to it. The members lie
 *   in chunks in the order of their ids by bytes: the chunks of an audience do not overlap.
 * - `erasures`: customers erased while runs were under way whose shards may still bring them; a row
 *   is gone with the last of these runs.
 */
export const campaigns = `
  CREATE TABLE segcast.offers (
    offer_id text PRIMARY KEY,
    position smallint NOT NULL UNIQUE,
    offer_name text NOT NULL,
    category text NOT NULL,
    description text NOT NULL,
    updated_at timestamptz
  );
  INSERT INTO segcast.offers (offer_id, position, offer_name, category, description) VALUES
    ${OFFERS.map((texts, n) => `('offer_${n}', ${n}, '${texts.join("', '")}')`).join(',\n    ')};

  CREATE TABLE segcast.schedules (
    name text PRIMARY KEY,
    pattern text NOT NULL,
    tz text NOT NULL,
    enabled boolean NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
  );

  CREATE TABLE segcast.audiences (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    run_id uuid NOT NULL,
    segment_id integer NOT NULL,
    segment_name text NOT NULL,
    filter json NOT NULL,
    control_share double precision NOT NULL,
    count bigint NOT NULL DEFAULT 0,
    control_count bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
  );
  CREATE TABLE segcast.audience_chunks (
    audience_id uuid NOT NULL REFERENCES segcast.audiences (id) ON DELETE CASCADE,
    chunk integer NOT NULL,
    count integer NOT NULL,
    lo text COLLATE "C" NOT NULL,
    hi text COLLATE "C" NOT NULL,
    customer_ids text[] NOT NULL,
    controls boolean[] NOT NULL,
    PRIMARY KEY (audience_id, chunk)
  );
  ALTER TABLE segcast.audience_chunks
    ALTER COLUMN customer_ids SET STORAGE EXTERNAL,
    ALTER COLUMN controls SET STORAGE EXTERNAL;
  CREATE INDEX audience_chunks_ids ON segcast.audience_chunks (audience_id, lo, hi);

  CREATE TABLE segcast.erasures (
    customer_id text PRIMARY KEY,
    erased_at timestamptz NOT NULL
  );
  CREATE INDEX prediction_failures_customer ON segcast.prediction_failures (customer_id);
`;
