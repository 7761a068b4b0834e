/**
 * A training is a run that is not divided: it has neither segments nor shards, and whoever claims
 * the run, as a plan is claimed, trains it. `done` of `total` is how far its stage has come, in rows
 * while it reads and in epochs while it fits; `outcome` is there once the version is registered.
 */
export const trainings = `
  ALTER TABLE segcast.runs DROP CONSTRAINT runs_kind_check;
  ALTER TABLE segcast.runs
    ADD CONSTRAINT runs_kind_check CHECK (kind IN ('segment', 'nightly', 'training'));

  CREATE TABLE segcast.trainings (
    run_id uuid PRIMARY KEY REFERENCES segcast.runs (id) ON DELETE CASCADE,
    model text NOT NULL CHECK (model IN ('churn', 'nbo')),
    options json NOT NULL,
    activate boolean NOT NULL,
    stage text CHECK (stage IN ('reading', 'fitting', 'measuring')),
    done bigint NOT NULL DEFAULT 0,
    total bigint,
    outcome json
  );
`;
