import { isRetryable, retryDelay, sleep } from './retry.ts';
import { SegcastError } from './segcast-error.ts';
import type { Problem } from './types.ts';

const PREFIX = '/api/loyalty/v1';

export interface SegcastOptions {
  /** Where the API is, without its prefix: `http://127.0.0.1:3000`; empty for the page's own origin. */
  baseUrl: string;
  /** A key, or what answers one; none is needed while the service is open. */
  apiKey?: string | (() => string | Promise<string>) | undefined;
  /** Sent with every request beside the client's own. */
  headers?: Record<string, string>;
  /** Instead of the platform's `fetch`. */
  fetch?: typeof globalThis.fetch;
  /** How often a request is made again that may be; 4 unless told, 0 for never. */
  retries?: number;
}

/** What every call takes. */
export interface CallOptions {
  signal?: AbortSignal | undefined;
}

export interface Request extends CallOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  query?: object | undefined;
  body?: unknown;
  headers?: Record<string, string>;
  /** Whether a second time does no harm; of all but POST and PATCH it does none. */
  isIdempotent?: boolean;
}

interface Answer<T> {
  body: T;
  response: Response;
}

/** Calls paths below the API's prefix. */
export interface Connection {
  /** @throws SegcastError when it does not succeed, retries included. */
  send: <T>(path: string, request?: Request) => Promise<Answer<T>>;
  /** As `send`, for the body alone. */
  call: <T>(path: string, request?: Request) => Promise<T>;
}

export function createConnection(options: SegcastOptions): Connection {
  const base = options.baseUrl.replace(/\/+$/, '') + PREFIX;
  const send = <T>(path: string, request: Request = {}) =>
    attempt<T>(options, base + path + queryOf(request.query), request);
  return {
    send,
    call: async <T>(path: string, request?: Request) => (await send<T>(path, request)).body,
  };
}

async function attempt<T>(
  options: SegcastOptions,
  url: string,
  request: Request,
): Promise<Answer<T>> {
  const most = mayRepeat(request) ? (options.retries ?? 4) : 0;
  for (let done = 0; ; done++) {
    const outcome = await once<T>(options, url, request);
    if (outcome.error === undefined) return outcome.answer;
    const { error, response } = outcome;
    // The attempt before may have deleted it, and its answer got lost.
    if (done > 0 && request.method === 'DELETE' && response?.status === 404) {
      return { body: undefined as T, response };
    }
    const isFinal = response !== undefined && !isRetryable(response, error.problem?.code);
    const delay = done < most && !isFinal ? retryDelay(done, response) : null;
    if (delay === null) throw error;
    await sleep(delay, request.signal);
  }
}

function mayRepeat({ method = 'GET', isIdempotent }: Request): boolean {
  return isIdempotent ?? (method !== 'POST' && method !== 'PATCH');
}

type Outcome<T> =
  { answer: Answer<T>; error?: undefined } | { error: SegcastError; response?: Response };

async function once<T>(
  options: SegcastOptions,
  url: string,
  request: Request,
): Promise<Outcome<T>> {
  const init = await initOf(options, request);
  const send = options.fetch ?? globalThis.fetch;
  try {
    const response = await send(url, init);
    const text = await response.text();
    if (response.ok) return { answer: { body: parse(text, url, response) as T, response } };
    return { error: toError(text, url, response), response };
  } catch (cause) {
    request.signal?.throwIfAborted();
    if (cause instanceof SegcastError) throw cause;
    const message = `Segcast does not answer at ${url}.`;
    return { error: new SegcastError({ code: 'unreachable', message, cause }) };
  }
}

async function initOf(options: SegcastOptions, request: Request): Promise<RequestInit> {
  const { apiKey } = options;
  const key = typeof apiKey === 'function' ? await apiKey() : apiKey;
  return {
    method: request.method ?? 'GET',
    headers: {
      Accept: 'application/json',
      ...(key !== undefined && { Authorization: `Bearer ${key}` }),
      ...(request.body !== undefined && { 'Content-Type': 'application/json' }),
      ...options.headers,
      ...request.headers,
    },
    ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
    ...(request.signal && { signal: request.signal }),
  };
}

function parse(text: string, url: string, response: Response): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unexpected(url, response, cause);
  }
}

function toError(text: string, url: string, response: Response): SegcastError {
  const type = response.headers.get('content-type') ?? '';
  if (!type.startsWith('application/problem+json')) return unexpected(url, response);
  const problem = JSON.parse(text) as Problem;
  return new SegcastError({
    message: problem.detail,
    code: problem.code,
    status: response.status,
    problem,
    requestId: response.headers.get('x-request-id'),
  });
}

function unexpected(url: string, { status, headers }: Response, cause?: unknown): SegcastError {
  return new SegcastError({
    message: `What answers ${status} at ${url} is not Segcast, or something in between.`,
    code: 'unexpected_answer',
    status,
    requestId: headers.get('x-request-id'),
    cause,
  });
}

function queryOf(query: object = {}): string {
  const given = Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]): [string, string] => [name, String(value)]);
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}
