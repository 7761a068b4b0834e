/**
 * `idempotency_keys`: which run a client's key stands for, and the body it was sent with; a key
 * belongs to one API key, or to nobody where there are none.
 *
 * Deliveries are made by a trigger, so that they are there in the transaction that closes a run,
 * whoever closes it. It reads the callbacks in statements of its own, which see what was committed
 * while the closing waited for the run's lock.
 */
export const deliveries = `
  CREATE TABLE segcast.idempotency_keys (
    api_key_id bigint,
    key text NOT NULL,
    request_hash text NOT NULL,
    run_id uuid NOT NULL REFERENCES segcast.runs (id) ON DELETE CASCADE,
    deduplicated boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT idempotency_keys_once UNIQUE NULLS NOT DISTINCT (api_key_id, key)
  );
  CREATE INDEX idempotency_keys_age ON segcast.idempotency_keys (created_at);
  CREATE INDEX idempotency_keys_run ON segcast.idempotency_keys (run_id);

  CREATE TABLE segcast.run_callbacks (
    run_id uuid NOT NULL REFERENCES segcast.runs (id) ON DELETE CASCADE,
    url text NOT NULL,
    PRIMARY KEY (run_id, url)
  );

  CREATE TABLE segcast.webhooks (
    id uuid PRIMARY KEY,
    url text NOT NULL,
    description text NOT NULL,
    events text[] NOT NULL,
    secret text NOT NULL,
    is_active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
  );

  CREATE TABLE segcast.webhook_deliveries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    delivery_id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    webhook_id uuid REFERENCES segcast.webhooks (id) ON DELETE CASCADE,
    run_id uuid NOT NULL REFERENCES segcast.runs (id) ON DELETE CASCADE,
    event text NOT NULL,
    callback_url text,
    status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'delivered', 'failed')),
    attempt integer NOT NULL DEFAULT 0,
    attempts json NOT NULL DEFAULT '[]',
    lease_until timestamptz,
    not_before timestamptz NOT NULL DEFAULT '-infinity',
    dispatch integer NOT NULL DEFAULT 0,
    dispatched_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    CHECK ((webhook_id IS NULL) <> (callback_url IS NULL))
  );
  CREATE INDEX webhook_deliveries_pending ON segcast.webhook_deliveries (id)
    WHERE status = 'pending';
  CREATE INDEX webhook_deliveries_log ON segcast.webhook_deliveries (webhook_id, id DESC);
  CREATE INDEX webhook_deliveries_run ON segcast.webhook_deliveries (run_id);
  CREATE INDEX webhook_deliveries_age ON segcast.webhook_deliveries (finished_at)
    WHERE status <> 'pending';

  CREATE FUNCTION segcast.deliver_run() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO segcast.webhook_deliveries (run_id, event, callback_url)
    SELECT NEW.id, 'run.' || NEW.status, c.url FROM segcast.run_callbacks c
    WHERE c.run_id = NEW.id ORDER BY c.url;
    INSERT INTO segcast.webhook_deliveries (run_id, event, webhook_id)
    SELECT NEW.id, 'run.' || NEW.status, w.id FROM segcast.webhooks w
    WHERE w.is_active AND 'run.' || NEW.status = ANY (w.events) ORDER BY w.id;
    RETURN NULL;
  END $$;

  CREATE TRIGGER runs_deliver AFTER UPDATE OF status ON segcast.runs FOR EACH ROW
    WHEN (NEW.status IN ('succeeded', 'failed', 'cancelled') AND NEW.status <> OLD.status)
    EXECUTE FUNCTION segcast.deliver_run();
`;
