import type { ErrorCode } from '@segcast/contracts';
import type { z } from 'zod';
import type { ApiDeps } from '../api-deps.ts';
import type { Caller } from '../access/caller.ts';
import type { Access } from './needed-access.ts';
import { validate } from './validate.ts';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** One kind of answer of a route; without a schema it has no body. */
export interface ResponseSpec {
  description: string;
  schema?: z.ZodType;
  /** `application/json` unless told. */
  contentType?: 'application/json' | 'text/html';
  /** The content types in which it may be streamed instead, with an example of each. */
  streams?: Readonly<Record<string, string>>;
  /** Names of the headers it carries beside those of every answer, with their meaning. */
  headers?: Readonly<Record<string, string>>;
  example?: unknown;
}

type Responses = Readonly<Record<number, ResponseSpec>>;

/** A body sent as it is made, as fast as the client takes it. */
export interface StreamedBody<T extends string = string> {
  contentType: T;
  /**
   * Made only as they are asked for, and ended by its `return` when the client goes away. Whatever
   * it waits for should heed the request's signal: a generator returns at its next `yield` only.
   */
  chunks: AsyncIterable<string | Uint8Array>;
}

type AnswerHeaders = Record<string, string | string[]>;

/**
 * What a handler answers with: one of the statuses its route declares, with the body declared for
 * it, or with that body as `json` where it is large and was written elsewhere.
 */
type Answer<R extends Responses> = {
  [S in keyof R]: { status: S; headers?: AnswerHeaders } & (WholeBody<R[S]> | Streamed<R[S]>);
}[keyof R];

type WholeBody<T> = T extends { schema: infer S extends z.ZodType }
  ? | { body: z.output<S>; json?: never; stream?: never }
    | { json: Uint8Array; body?: never; stream?: never }
  : T extends { streams: object }
    ? never
    : { body?: never; stream?: never };

type Streamed<T> = T extends { streams: infer S }
  ? { stream: StreamedBody<keyof S & string>; body?: never }
  : never;

/** A request before validation. */
interface RawRequest {
  params: unknown;
  query: unknown;
  body: unknown;
  header: (name: string) => string | undefined;
  /** The one of these content types that the client likes best, the first where it does not mind. */
  accepts: (types: readonly string[]) => string | false;
  client: Client;
  /** Aborts when the client goes away. */
  signal: AbortSignal;
}

/** Who asks, and from where. */
export interface Client {
  /** Null while the service is open, and of public routes. */
  caller: Caller | null;
  address: string;
  /** Whether it came by https. */
  secure: boolean;
}

interface ValidRequest<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  params: z.output<P>;
  query: z.output<Q>;
  body: z.output<B>;
  header: RawRequest['header'];
  accepts: RawRequest['accepts'];
  client: Client;
  signal: AbortSignal;
}

interface RouteFacts {
  method: Method;
  /** As OpenAPI writes it: `/segments/{id}/`. Answers with and without the trailing slash. */
  path: string;
  summary: string;
  tag: string;
  /**
   * The role that a caller needs, or `public`. Without it: `read` to GET, `write` for the rest, and
   * `admin` for what `neededAccess` keeps to admins.
   */
  access?: Access;
  responses: Responses;
  /** The errors it may answer with beside those of every route. */
  errors?: readonly ErrorCode[];
  /** Header parameters with their meaning. */
  headers?: Readonly<Record<string, string>>;
  /** Texts in the body may be any: they are looked up, never stored. */
  anyText?: boolean;
  /** An example of the body, for the API document. */
  bodyExample?: unknown;
}

interface RouteSpec<
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  R extends Responses,
> extends RouteFacts {
  params?: P;
  query?: Q;
  body?: B;
  responses: R;
  handler: (
    request: ValidRequest<P, Q, B>,
    deps: ApiDeps,
  ) => Answer<NoInfer<R>> | Promise<Answer<NoInfer<R>>>;
}

/** A row of the route table: what drives validation, handling and the API document. */
export interface Route extends RouteFacts {
  params: z.ZodType | undefined;
  query: z.ZodType | undefined;
  body: z.ZodType | undefined;
  /** Validates, then handles. */
  handle: (request: RawRequest, deps: ApiDeps) => Promise<AnyAnswer>;
}

export interface AnyAnswer {
  status: number;
  headers?: AnswerHeaders;
  body?: unknown;
  stream?: StreamedBody;
  json?: Uint8Array;
}

/**
 * Binds a handler to its schemas: it sees only what they let through, and answers only what
 * `responses` declares. A route without a query schema takes no query parameters.
 */
export function defineRoute<
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  const R extends Responses,
>(spec: RouteSpec<P, Q, B, R>): Route {
  const { handler, params, query, body, ...facts } = spec;
  return {
    ...facts,
    params,
    query,
    body,
    handle: async (raw, deps) => {
      const request: ValidRequest<P, Q, B> = {
        params: validate(params, raw.params, 'path'),
        query: validate(query, raw.query, 'query'),
        body: validate(body, raw.body, 'body'),
        header: raw.header,
        accepts: raw.accepts,
        client: raw.client,
        signal: raw.signal,
      };
      return (await handler(request, deps)) as AnyAnswer;
    },
  };
}
