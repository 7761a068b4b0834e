/**
 * A key that is revoked keeps its row, and so does one that has expired: what it did is in the log
 * under its id, and a service that had a key once does not become an open one again.
 */
export const access = `
  CREATE TABLE segcast.api_keys (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
    prefix text NOT NULL,
    name text NOT NULL,
    role text NOT NULL CHECK (role IN ('read', 'write', 'admin')),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz
  );

  CREATE TABLE segcast.sessions (
    hash bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
    key_id integer NOT NULL REFERENCES segcast.api_keys ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL
  );
  CREATE INDEX sessions_key ON segcast.sessions (key_id);
`;
