/**
 * The row of a run is its own outbox: whatever is unfinished here is dispatched again, whatever
 * the queue remembers. `dispatched_at` is when the job of the current `dispatch` was enqueued, and
 * null once that job has been taken or given back. What clients are shown is json, not jsonb: it
 * keeps its order.
 */
export const runs = `
  CREATE TABLE segcast.runs (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('segment', 'nightly')),
    status text NOT NULL DEFAULT 'queued' CHECK (status IN
      ('queued', 'planning', 'running', 'cancelling', 'succeeded', 'failed', 'cancelled')),
    type text NOT NULL CHECK (type IN ('churn', 'nbo', 'rfm', 'all')),
    engine text NOT NULL,
    models json NOT NULL,
    rfm_settings json NOT NULL,
    dedup_key text NOT NULL,
    scheduled_for timestamptz,
    estimated_members bigint NOT NULL DEFAULT 0,
    attempt integer NOT NULL DEFAULT 0,
    lease_until timestamptz,
    not_before timestamptz NOT NULL DEFAULT '-infinity',
    dispatch integer NOT NULL DEFAULT 0,
    dispatched_at timestamptz DEFAULT clock_timestamp(),
    warehouse_read_at timestamptz,
    warehouse_version text,
    warning text,
    error jsonb,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    started_at timestamptz,
    finished_at timestamptz,
    predictions_deleted_at timestamptz
  );

  CREATE UNIQUE INDEX runs_active_once ON segcast.runs (dedup_key)
    WHERE status IN ('queued', 'planning', 'running');
  CREATE UNIQUE INDEX runs_nightly_once ON segcast.runs (dedup_key) WHERE kind = 'nightly';
  CREATE INDEX runs_unfinished ON segcast.runs (status, id)
    WHERE status IN ('queued', 'planning', 'running', 'cancelling');
  CREATE INDEX runs_with_predictions ON segcast.runs (id)
    WHERE status = 'succeeded' AND predictions_deleted_at IS NULL;
  CREATE INDEX runs_to_clean ON segcast.runs (id)
    WHERE status IN ('failed', 'cancelled') AND predictions_deleted_at IS NULL;

  CREATE TABLE segcast.run_segments (
    run_id uuid NOT NULL REFERENCES segcast.runs (id) ON DELETE CASCADE,
    segment_id integer NOT NULL REFERENCES segcast.segments (id),
    segment_name text NOT NULL,
    rules json NOT NULL,
    rule_hash text NOT NULL,
    churn_thresholds json NOT NULL,
    members bigint,
    successful bigint,
    failed bigint,
    imputed bigint,
    stats json,
    PRIMARY KEY (run_id, segment_id)
  );
  CREATE INDEX run_segments_segment ON segcast.run_segments (segment_id, run_id DESC);

  CREATE TABLE segcast.run_shards (
    run_id uuid NOT NULL REFERENCES segcast.runs (id) ON DELETE CASCADE,
    shard integer NOT NULL,
    lo text,
    hi text,
    status text NOT NULL DEFAULT 'pending'
      CHECK (status IN ('pending', 'running', 'done', 'failed', 'cancelled')),
    attempt integer NOT NULL DEFAULT 0,
    lease_until timestamptz,
    not_before timestamptz NOT NULL DEFAULT '-infinity',
    dispatch integer NOT NULL DEFAULT 0,
    dispatched_at timestamptz DEFAULT clock_timestamp(),
    processed bigint NOT NULL DEFAULT 0,
    successful bigint NOT NULL DEFAULT 0,
    failed bigint NOT NULL DEFAULT 0,
    imputed bigint NOT NULL DEFAULT 0,
    stats jsonb,
    warehouse_read_at timestamptz,
    warehouse_version text,
    error jsonb,
    PRIMARY KEY (run_id, shard)
  ) WITH (fillfactor = 70);
`;
