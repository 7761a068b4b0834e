/**
 * Every error Segcast reports, with its HTTP status, title and whether trying again can help.
 * A code is part of the contract: clients branch on it.
 */
export const ERROR_CODES = {
  invalid_request: { status: 400, title: 'The request is not valid', retryable: false },
  malformed_json: { status: 400, title: 'The body is not valid JSON', retryable: false },
  invalid_rule: { status: 400, title: 'The rule is not valid', retryable: false },
  not_found: { status: 404, title: 'There is no such resource', retryable: false },
  unknown_route: { status: 404, title: 'There is no such route', retryable: false },
  segment_not_found: { status: 404, title: 'There is no such segment', retryable: false },
  run_not_found: { status: 404, title: 'There is no such run', retryable: false },
  customer_not_found: { status: 404, title: 'There is no such customer', retryable: false },
  method_not_allowed: {
    status: 405,
    title: 'The route does not take this method',
    retryable: false,
  },
  forbidden_host: {
    status: 403,
    title: 'The Host header is not a loopback name',
    retryable: false,
  },
  forbidden_origin: { status: 403, title: 'Cross-origin writes are refused', retryable: false },
  segment_inactive: { status: 409, title: 'The segment is inactive', retryable: false },
  segment_name_taken: { status: 409, title: 'The name is taken', retryable: false },
  segment_busy: { status: 409, title: 'The segment has an active run', retryable: true },
  run_finished: { status: 409, title: 'The run is already finished', retryable: false },
  precondition_failed: { status: 412, title: 'The resource has changed', retryable: false },
  payload_too_large: { status: 413, title: 'The body is too large', retryable: false },
  unsupported_media_type: {
    status: 415,
    title: 'The body is encoded in a way that is not supported',
    retryable: false,
  },
  queue_full: { status: 503, title: 'The queue is full', retryable: true },
  queue_unavailable: { status: 503, title: 'The job queue does not answer', retryable: true },
  warehouse_unavailable: { status: 503, title: 'The warehouse does not answer', retryable: true },
  store_unavailable: { status: 503, title: 'The database does not answer', retryable: true },
  warehouse_timeout: { status: 503, title: 'The warehouse took too long', retryable: true },
  warehouse_invalid: {
    status: 503,
    title: 'The warehouse relation is not usable',
    retryable: false,
  },
  invalid_config: { status: 500, title: 'The configuration is not valid', retryable: false },
  services_unavailable: {
    status: 503,
    title: 'A service that Segcast starts is not usable',
    retryable: false,
  },
  address_unavailable: {
    status: 500,
    title: 'The API cannot listen on its address',
    retryable: false,
  },
  already_running: { status: 409, title: 'Segcast is already running', retryable: false },
  invalid_model: { status: 500, title: 'A model is not usable', retryable: false },
  engine_unavailable: { status: 500, title: 'The scoring engine is not usable', retryable: false },
  import_failed: { status: 400, title: 'The import was refused', retryable: false },
  fence_lost: { status: 500, title: 'Another worker holds the shard', retryable: false },
  run_cancelled: { status: 409, title: 'The run was cancelled', retryable: false },
  shard_failed: { status: 500, title: 'A shard failed too often', retryable: false },
  internal: { status: 500, title: 'Something went wrong on our side', retryable: true },
} as const satisfies Record<string, { status: number; title: string; retryable: boolean }>;

export type ErrorCode = keyof typeof ERROR_CODES;
