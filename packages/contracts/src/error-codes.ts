/** What the catalogue says of an error code. */
export interface ErrorFacts {
  /** The HTTP status of an answer with it. */
  status: number;
  /** The same few words at every occurrence, as RFC 9457 has it. */
  title: string;
  /** What has happened, for whoever meets the code for the first time. */
  meaning: string;
  /** What to do about it. */
  remedy: string;
  /** Whether the same request may succeed later. */
  retryable: boolean;
}

/**
 * Every error Segcast reports, with its HTTP status, title, meaning, remedy and whether trying again
 * can help. A code is part of the contract: clients branch on it.
 */
export const ERROR_CODES = {
  invalid_request: {
    status: 400,
    title: 'The request is not valid',
    meaning: 'A parameter, a header or a field of the body is not what the route takes.',
    remedy: 'Correct what `errors` points at; /docs shows what each route takes.',
    retryable: false,
  },
  malformed_json: {
    status: 400,
    title: 'The body is not valid JSON',
    meaning: 'The body cannot be parsed; `detail` tells the line and column where they are known.',
    remedy: 'Send the body as JSON in UTF-8. In a shell, mind the quotes around `-d`.',
    retryable: false,
  },
  invalid_rule: {
    status: 400,
    title: 'The rule is not valid',
    meaning:
      'The rule has an unknown operator or column, compares what cannot be compared, or is too deep or too large.',
    remedy:
      'Correct what `errors` points at; `GET /dwh/columns/` lists the columns and their types.',
    retryable: false,
  },
  not_found: {
    status: 404,
    title: 'There is no such resource',
    meaning: 'Nothing has the id in the path, or it has been deleted.',
    remedy: 'Take the id from a listing.',
    retryable: false,
  },
  unknown_route: {
    status: 404,
    title: 'There is no such route',
    meaning: 'No route has this path.',
    remedy: 'Compare the path with /docs; the API lives under /api/loyalty/v1.',
    retryable: false,
  },
  segment_not_found: {
    status: 404,
    title: 'There is no such segment',
    meaning: 'No segment has this id, or it has been deleted.',
    remedy: 'Take the id from `GET /segments/`.',
    retryable: false,
  },
  run_not_found: {
    status: 404,
    title: 'There is no such run',
    meaning: 'No run has this id, or it went with its segment.',
    remedy: 'Take the id from `GET /ml/runs/`.',
    retryable: false,
  },
  customer_not_found: {
    status: 404,
    title: 'There is no such customer',
    meaning: 'The warehouse has no row of this customer.',
    remedy: 'Check the id, letter case and leading zeros included, and whether it is loaded yet.',
    retryable: false,
  },
  audience_not_found: {
    status: 404,
    title: 'There is no such audience',
    meaning: 'No audience has this id, or it has been deleted.',
    remedy: 'Take the id from `GET /audiences/`.',
    retryable: false,
  },
  run_unsuccessful: {
    status: 409,
    title: 'The run did not succeed',
    meaning: 'A run that failed or was cancelled has no results to make anything of.',
    remedy: 'Use a run whose status is succeeded; `GET /ml/runs/?status=succeeded` lists them.',
    retryable: false,
  },
  offer_not_found: {
    status: 404,
    title: 'There is no such offer',
    meaning: 'The next best offer model has no output of this name.',
    remedy: 'Take the id from `GET /offers/`; offers come and go with the model alone.',
    retryable: false,
  },
  customer_not_scorable: {
    status: 422,
    title: 'The customer cannot be scored',
    meaning: 'A feature of the customer is not a finite number, or no model can make sense of it.',
    remedy: 'Correct the feature that `detail` names in the warehouse; a null is imputed.',
    retryable: false,
  },
  scoring_unavailable: {
    status: 503,
    title: 'The scoring thread of the API is not running',
    meaning: 'The thread that scores single customers and batches could not start, or has ended.',
    remedy: 'It is started again by itself; if it keeps failing, the log says why.',
    retryable: true,
  },
  cache_unavailable: {
    status: 503,
    title: 'The cache does not answer',
    meaning: 'Redis, which keeps the cached features, cannot be reached, so nothing was forgotten.',
    remedy: 'Check Redis and ask again. Nothing else fails without the cache.',
    retryable: true,
  },
  method_not_allowed: {
    status: 405,
    title: 'The route does not take this method',
    meaning: 'The path exists, but not with this method; `Allow` lists those it takes.',
    remedy: 'Use a method of `Allow`.',
    retryable: false,
  },
  key_required: {
    status: 401,
    title: 'A key is needed',
    meaning: 'The request carries neither a key nor the cookie of a session.',
    remedy:
      'Send `Authorization: Bearer KEY`, or sign in at /sign-in. `segcast keys create` makes a key.',
    retryable: false,
  },
  key_invalid: {
    status: 401,
    title: 'The key is not valid',
    meaning: 'The key is unknown, or has been revoked.',
    remedy: 'Check that it was copied whole; an admin can create another at `POST /keys/`.',
    retryable: false,
  },
  key_expired: {
    status: 401,
    title: 'The key has expired',
    meaning: 'The key was good until the time that was set when it was created.',
    remedy: 'Ask an admin for another, or run `segcast keys create`.',
    retryable: false,
  },
  session_ended: {
    status: 401,
    title: 'The session has ended',
    meaning: 'The cookie belongs to a session that is over, or whose key is no longer good.',
    remedy: 'Sign in again at /sign-in.',
    retryable: false,
  },
  role_too_small: {
    status: 403,
    title: 'The key may not do this',
    meaning: 'The route needs a greater role than the key has; `detail` names both.',
    remedy: 'Use a key of the role that `detail` names; admins create them at `POST /keys/`.',
    retryable: false,
  },
  csrf_refused: {
    status: 403,
    title: 'The write does not prove that it comes from our own page',
    meaning: 'A write with the cookie of a session lacks the token that only our own pages know.',
    remedy:
      'Send the value of the cookie `XSRF-TOKEN` as the header `X-XSRF-TOKEN`, or use a key instead of the cookie.',
    retryable: false,
  },
  key_not_found: {
    status: 404,
    title: 'There is no such key',
    meaning: 'No key has this id.',
    remedy: 'Take the id from `GET /keys/` or `segcast keys list`.',
    retryable: false,
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    meaning: 'The key has used up its requests of the minute, or an address its failed sign-ins.',
    remedy: 'Wait for as many seconds as `Retry-After` says, then go on more slowly.',
    retryable: true,
  },
  forbidden_host: {
    status: 403,
    title: 'The Host header is not a loopback name',
    meaning:
      'The service is bound to loopback and open, so it answers only when called by a loopback name: a web page could otherwise reach it under a name of its own.',
    remedy: 'Call it as localhost or 127.0.0.1, or create a key and bind it to another address.',
    retryable: false,
  },
  forbidden_origin: {
    status: 403,
    title: 'Cross-origin writes are refused',
    meaning: "A browser sent this write on behalf of another site's page.",
    remedy: "Write from the service's own pages, or from a program that is not a browser.",
    retryable: false,
  },
  segment_inactive: {
    status: 409,
    title: 'The segment is inactive',
    meaning: 'Inactive segments are not scored.',
    remedy: 'Set `is_active` to true first.',
    retryable: false,
  },
  segment_name_taken: {
    status: 409,
    title: 'The name is taken',
    meaning: 'Another segment has this name; names are unique.',
    remedy: 'Choose another name, or change the segment that has it.',
    retryable: false,
  },
  segment_busy: {
    status: 409,
    title: 'The segment has an active run',
    meaning: 'A segment cannot be deleted while a run of it is queued or under way.',
    remedy: 'Wait for the run to end, or cancel it, then try again.',
    retryable: true,
  },
  run_finished: {
    status: 409,
    title: 'The run is already finished',
    meaning: 'A run that has succeeded, failed or been cancelled cannot be cancelled.',
    remedy: 'Nothing needs doing; read the run to see how it ended.',
    retryable: false,
  },
  precondition_failed: {
    status: 412,
    title: 'The resource has changed',
    meaning: 'Somebody changed it after the version that `If-Match` names was read.',
    remedy: 'Read it again, apply the change to what it is now, and send the new ETag.',
    retryable: false,
  },
  payload_too_large: {
    status: 413,
    title: 'The body is too large',
    meaning: 'The body has more bytes than the route reads.',
    remedy: 'Send less, or in several requests.',
    retryable: false,
  },
  unsupported_media_type: {
    status: 415,
    title: 'The body is encoded in a way that is not supported',
    meaning: 'The charset or the content encoding of the body is not one that is read.',
    remedy: 'Send UTF-8, plain or compressed with gzip.',
    retryable: false,
  },
  queue_full: {
    status: 503,
    title: 'The queue is full',
    meaning: 'As many runs are waiting or under way as the service accepts.',
    remedy: 'Try again after `Retry-After`, start more workers, or raise MAX_ACTIVE_RUNS.',
    retryable: true,
  },
  queue_unavailable: {
    status: 503,
    title: 'The job queue does not answer',
    meaning: 'Redis, or the PostgreSQL that serves as the queue, cannot be reached.',
    remedy: 'Check that it runs and that REDIS_URL is right. Runs go on by themselves afterwards.',
    retryable: true,
  },
  warehouse_unavailable: {
    status: 503,
    title: 'The warehouse does not answer',
    meaning: "The database that holds the customers' features cannot be reached.",
    remedy: 'Check that it runs and that DWH_URL is right, then try again.',
    retryable: true,
  },
  store_unavailable: {
    status: 503,
    title: 'The database does not answer',
    meaning: "Segcast's own database cannot be reached or has no connection to spare.",
    remedy: 'Check that it runs and that DATABASE_URL is right, then try again.',
    retryable: true,
  },
  warehouse_timeout: {
    status: 503,
    title: 'The warehouse took too long',
    meaning: 'A query of the warehouse ran into its time limit.',
    remedy: 'Try again when the warehouse is less busy, or raise DWH_STATEMENT_TIMEOUT_MS.',
    retryable: true,
  },
  warehouse_invalid: {
    status: 503,
    title: 'The warehouse relation is not usable',
    meaning: 'The relation is missing, cannot be read, or lacks a column that the models need.',
    remedy: 'Do what `detail` says; `GET /dwh/status/` shows the result of the check.',
    retryable: false,
  },
  invalid_config: {
    status: 500,
    title: 'The configuration is not valid',
    meaning: 'An environment variable has a value that is not taken; the process did not start.',
    remedy: 'Correct every variable that is listed; .env.example describes them all.',
    retryable: false,
  },
  services_unavailable: {
    status: 503,
    title: 'A service that Segcast starts is not usable',
    meaning: 'The embedded PostgreSQL or Redis does not start or does not answer.',
    remedy: 'Read its log in the data directory, or set DATABASE_URL and REDIS_URL to your own.',
    retryable: false,
  },
  address_unavailable: {
    status: 500,
    title: 'The API cannot listen on its address',
    meaning: 'The port is taken, or this user may not listen there.',
    remedy: 'Set HOST and PORT to an address that is free.',
    retryable: false,
  },
  already_running: {
    status: 409,
    title: 'Segcast is already running',
    meaning: 'Another process uses the same data directory.',
    remedy: 'Use the one that runs, stop it, or set SEGCAST_DATA_DIR to another directory.',
    retryable: false,
  },
  model_not_found: {
    status: 404,
    title: 'There is no such model or version',
    meaning: 'No model, or no version of it, is registered under this name.',
    remedy: '`GET /ml/models/{name}/` and `segcast models show` list the versions there are.',
    retryable: false,
  },
  model_version_taken: {
    status: 409,
    title: 'The version exists with other files',
    meaning: 'A version of this name is registered with other files, and versions never change.',
    remedy: 'Give the new files another version name.',
    retryable: false,
  },
  model_worse: {
    status: 409,
    title: 'The version is worse than the one in use',
    meaning:
      'Its figures on held-out customers are below those of the version in use, or of recency alone.',
    remedy: 'Compare the figures in `detail`; to activate it all the same, send `"force": true`.',
    retryable: false,
  },
  model_fixed: {
    status: 409,
    title: 'The configuration decides the version',
    meaning: 'The RFM thresholds in use follow from the configuration, not from a choice.',
    remedy: 'Change RFM_MODE or the thresholds of the configuration, and restart.',
    retryable: false,
  },
  model_unexplainable: {
    status: 409,
    title: 'The model cannot be explained',
    meaning: 'The version in use has no background customers to compare with.',
    remedy: 'Leave `explain` out, or use a version that training made.',
    retryable: false,
  },
  nothing_to_roll_back: {
    status: 409,
    title: 'There is no version before',
    meaning: 'The model has used no other version before the present one.',
    remedy: 'Activate a version by its name.',
    retryable: false,
  },
  invalid_model: {
    status: 500,
    title: 'A model is not usable',
    meaning: 'A file of the model is missing, damaged, or does not fit its manifest.',
    remedy: 'Restore the version from where it came from, or switch to another one.',
    retryable: false,
  },
  engine_unavailable: {
    status: 500,
    title: 'The scoring engine is not usable',
    meaning: "The engine does not load, or does not reproduce the models' check rows.",
    remedy: 'Set SCORING_ENGINE=tfjs-wasm, which needs nothing from the system.',
    retryable: false,
  },
  training_refused: {
    status: 409,
    title: 'There is nothing to learn from',
    meaning:
      'The warehouse lacks what a model is trained on: enough customers, enough of each outcome, enough history, or the columns named.',
    remedy: 'Load what `detail` says is missing, or choose another cut, horizon or label.',
    retryable: false,
  },
  import_failed: {
    status: 400,
    title: 'The import was refused',
    meaning:
      'The file or what it is to replace is not as the import needs it; nothing was changed.',
    remedy: 'Do what the message says; the report of rejected lines has the places.',
    retryable: false,
  },
  fence_lost: {
    status: 500,
    title: 'Another worker holds the shard',
    meaning: 'A worker was too slow for its lease and another one took its shard over.',
    remedy: 'Nothing needs doing: the other worker ends it. If it is frequent, look at the load.',
    retryable: false,
  },
  run_cancelled: {
    status: 409,
    title: 'The run was cancelled',
    meaning: 'Somebody cancelled the run; its predictions are not kept.',
    remedy: 'Submit it again if it is wanted after all.',
    retryable: false,
  },
  shard_failed: {
    status: 500,
    title: 'A shard failed too often',
    meaning: 'A part of the run failed at every attempt, so the run failed.',
    remedy: 'Mend what `detail` names, then submit the run again.',
    retryable: false,
  },
  predictions_deleted: {
    status: 410,
    title: 'The predictions have been deleted',
    meaning: 'Only the newest runs of a segment keep their predictions; this one is older.',
    remedy: 'Submit another run, or keep more of them with KEEP_RUNS. The statistics remain.',
    retryable: false,
  },
  run_unfinished: {
    status: 409,
    title: 'The run is not finished',
    meaning: 'All of its results were asked for, and they are not all there yet.',
    remedy: 'Wait until the run has succeeded, or page through the results so far as JSON.',
    retryable: true,
  },
  too_many_exports: {
    status: 503,
    title: 'Too many exports at once',
    meaning: 'Each export holds a connection to the database, and as many as may be are under way.',
    remedy: 'Try again after `Retry-After` seconds.',
    retryable: true,
  },
  idempotency_in_flight: {
    status: 409,
    title: 'The same request is under way',
    meaning: 'Another request with this Idempotency-Key has not been answered yet.',
    remedy: 'Repeat the request in a moment: it answers the run that the other one made.',
    retryable: true,
  },
  idempotency_key_reused: {
    status: 422,
    title: 'The Idempotency-Key stands for another request',
    meaning: 'The key was sent within the last 24 hours with another body or for another segment.',
    remedy: 'Use a fresh key, such as a UUID, for every request that is meant anew.',
    retryable: false,
  },
  webhook_not_found: {
    status: 404,
    title: 'There is no such webhook',
    meaning: 'No webhook has this id, or it has been deleted.',
    remedy: 'Take the id from `GET /webhooks/`.',
    retryable: false,
  },
  delivery_not_found: {
    status: 404,
    title: 'There is no such delivery',
    meaning: 'No delivery has this id, or it is so old that it has been deleted.',
    remedy: 'Take the id from the deliveries of the webhook.',
    retryable: false,
  },
  delivery_pending: {
    status: 409,
    title: 'The delivery is still being tried',
    meaning:
      'A delivery can be replayed when it was delivered or given up, and this one is neither.',
    remedy: 'Wait for its next attempt; the delivery tells when that is.',
    retryable: true,
  },
  internal: {
    status: 500,
    title: 'Something went wrong on our side',
    meaning: 'A fault of Segcast that has no code of its own.',
    remedy: 'Look for the request id in the log; it may work when tried again.',
    retryable: true,
  },
} as const satisfies Record<string, ErrorFacts>;

export type ErrorCode = keyof typeof ERROR_CODES;
