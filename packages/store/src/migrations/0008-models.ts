/**
 * A version of a model is kept for ever as it was registered: its files, of which one is
 * `manifest.json`. `models` says which version is in use; the activations that are not undone are
 * the way there, the last of them on top. `chosen` tells a person's choice from what followed from
 * the models that come with the code, or from the configuration.
 */
export const models = `
  CREATE TABLE segcast.model_versions (
    model text NOT NULL CHECK (model IN ('churn', 'nbo', 'rfm')),
    version text NOT NULL,
    placeholder boolean NOT NULL,
    source text NOT NULL CHECK (source IN ('shipped', 'imported', 'trained', 'configured', 'computed')),
    registered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (model, version)
  );

  CREATE TABLE segcast.model_files (
    model text NOT NULL,
    version text NOT NULL,
    name text NOT NULL,
    sha256 text NOT NULL,
    bytes bytea NOT NULL,
    PRIMARY KEY (model, version, name),
    FOREIGN KEY (model, version) REFERENCES segcast.model_versions
  );

  CREATE FUNCTION segcast.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION 'A version of a model never changes: register another one.';
  END $$;
  CREATE TRIGGER model_versions_stay BEFORE UPDATE OR DELETE ON segcast.model_versions
    FOR EACH ROW EXECUTE FUNCTION segcast.refuse_change();
  CREATE TRIGGER model_files_stay BEFORE UPDATE OR DELETE ON segcast.model_files
    FOR EACH ROW EXECUTE FUNCTION segcast.refuse_change();

  CREATE TABLE segcast.models (
    model text PRIMARY KEY,
    version text NOT NULL,
    FOREIGN KEY (model, version) REFERENCES segcast.model_versions
  );

  CREATE TABLE segcast.model_activations (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    model text NOT NULL,
    version text NOT NULL,
    chosen boolean NOT NULL,
    activated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    undone_at timestamptz,
    FOREIGN KEY (model, version) REFERENCES segcast.model_versions
  );
  CREATE INDEX model_activations_stack ON segcast.model_activations (model, id DESC)
    WHERE undone_at IS NULL;
`;
