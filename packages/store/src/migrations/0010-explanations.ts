/**
 * `drift` says how far the inputs of the run's models were from those learnt from, `drivers` what
 * drives the churn of the segment's members, where the run was asked to explain.
 */
export const explanations = `
  ALTER TABLE segcast.runs
    ADD COLUMN explain boolean NOT NULL DEFAULT false,
    ADD COLUMN drift json;
  ALTER TABLE segcast.run_segments ADD COLUMN drivers json;
  CREATE INDEX run_segments_explained ON segcast.run_segments (segment_id, run_id DESC)
    WHERE drivers IS NOT NULL;
`;
