import { API_PREFIX, ERROR_CODES, toProblem, type ErrorCode } from '@segcast/contracts';
import type { z } from 'zod';
import type { ResponseSpec, Route } from '../http/route.ts';
import { componentSchemas, schemaOf } from './component-schemas.ts';
import { accessErrors, SECURITY_SCHEMES, securityOf } from './security.ts';

type Json = Record<string, unknown>;

const DESCRIPTION = `Segments are JSONLogic rules over the warehouse's customers. Submit a prediction
for a segment, poll its run, read its results.

Paths answer with and without a trailing slash. Errors are RFC 9457 problem details with a stable
\`code\`; \`errors[].pointer\` is a JSON pointer into the body, or names a parameter. Lists are paged: pass \`next_cursor\` as \`cursor\` until it is null.

Once a key exists everything but \`/healthz\`, \`/readyz\` and the sign-in needs one, as
\`Authorization: Bearer KEY\` or through the cookie of a session; \`x-needed-role\` says which role.

Every code with its meaning and remedy: [error codes](/docs/errors), and \`x-error-codes\` in this document.`;

/** The OpenAPI 3.1 document of a route table. */
export function buildDocument(routes: readonly Route[]): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const operations = (paths[route.path] ??= {});
    operations[route.method] = operation(route);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Segcast', version: '0.1.0', description: DESCRIPTION },
    servers: [{ url: '/' }],
    paths,
    components: {
      securitySchemes: SECURITY_SCHEMES,
      schemas: componentSchemas(),
      headers: {
        RequestId: {
          description: "The caller's X-Request-Id where it is well-formed, else a new one.",
          schema: { type: 'string' },
        },
      },
    },
    'x-error-codes': ERROR_CODES,
  };
}

function operation(route: Route): Json {
  const parameters = [
    ...parametersOf(route.params, 'path'),
    ...parametersOf(route.query, 'query'),
    ...headerParameters(route.headers),
  ];
  return {
    operationId: operationId(route),
    summary: route.summary,
    tags: [route.tag],
    ...securityOf(route),
    ...(parameters.length > 0 && { parameters }),
    ...(route.body !== undefined && { requestBody: requestBody(route.body, route.bodyExample) }),
    responses: { ...answers(route), ...problems(route) },
  };
}

/** Such as `post_segments_id_ml_predict`: stable as long as the path is. */
function operationId({ method, path }: Route): string {
  const words = path.replace(API_PREFIX, '').match(/[\w.]+/g) ?? ['root'];
  return [method, ...words].join('_').replaceAll('.', '_');
}

function parametersOf(schema: z.ZodType | undefined, where: 'path' | 'query'): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: property,
  }));
}

function headerParameters(headers: Route['headers'] = {}): Json[] {
  return Object.entries(headers).map(([name, description]) => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  }));
}

function requestBody(schema: z.ZodType, example: unknown): Json {
  return {
    description: 'JSON, whatever the content type says.',
    content: {
      'application/json': {
        schema: schemaOf(schema, 'input'),
        ...(example !== undefined && { example }),
      },
    },
  };
}

function answers(route: Route): Json {
  return Object.fromEntries(
    Object.entries(route.responses).map(([status, spec]) => [status, response(spec)]),
  );
}

function response({ description, headers = {}, ...body }: ResponseSpec): Json {
  const described = Object.entries(headers).map(([name, text]) => [
    name,
    { description: text, schema: { type: 'string' } },
  ]);
  return {
    description,
    headers: {
      'X-Request-Id': { $ref: '#/components/headers/RequestId' },
      ...Object.fromEntries(described),
    },
    ...((body.schema !== undefined || body.streams !== undefined) && { content: content(body) }),
  };
}

function content({
  schema,
  contentType = 'application/json',
  streams = {},
  example,
}: Omit<ResponseSpec, 'description' | 'headers'>): Json {
  const streamed = Object.entries(streams).map(([type, text]) => [
    type,
    { schema: { type: 'string' }, example: text },
  ]);
  return {
    ...(schema !== undefined && {
      [contentType]: {
        schema: schemaOf(schema, 'output'),
        ...(example !== undefined && { example }),
      },
    }),
    ...(Object.fromEntries(streamed) as Json),
  };
}

/** Problem answers by status: the route's own errors and those that its shape makes possible. */
function problems(route: Route): Json {
  const codes = new Set<ErrorCode>([...(route.errors ?? []), ...impliedErrors(route)]);
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = ERROR_CODES[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, sharing]) => [String(status), problemResponse(sharing)]),
  );
}

function impliedErrors(route: Route): ErrorCode[] {
  const implied: ErrorCode[] = ['invalid_request', 'forbidden_host', 'internal'];
  if (route.body) implied.push('malformed_json', 'payload_too_large', 'unsupported_media_type');
  if (route.method !== 'get') implied.push('forbidden_origin');
  implied.push(...accessErrors(route));
  if (route.path.startsWith(API_PREFIX)) implied.push('store_unavailable');
  return implied;
}

function problemResponse(codes: readonly ErrorCode[]): Json {
  const examples = codes.map((code) => [
    code,
    { value: toProblem({ code, message: ERROR_CODES[code].title }) },
  ]);
  return {
    description: codes.map(describeCode).join('\n'),
    content: {
      'application/problem+json': {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: Object.fromEntries(examples) as Json,
      },
    },
  };
}

function describeCode(code: ErrorCode): string {
  const { title, meaning, remedy } = ERROR_CODES[code];
  return `- \`${code}\`: ${title}. ${meaning} ${remedy}`;
}
