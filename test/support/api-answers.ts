import { problemSchema, type Problem } from '@segcast/contracts';
import { expect } from 'vitest';
import type { Route } from '../../apps/api/src/http/route.ts';
import { ROUTES } from '../../apps/api/src/routes/index.ts';
import { buildDocument } from '../../apps/api/src/openapi/build-document.ts';

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed where it is JSON. */
  body: unknown;
}

interface Documented {
  responses: Record<string, { content?: Record<string, { examples?: Record<string, unknown> }> }>;
}

const documented = buildDocument(ROUTES).paths as Record<string, Record<string, Documented>>;

/** Reads an answer and fails unless it is one that the route table promises. */
export async function checkAnswer(
  method: string,
  path: string,
  ask: () => Promise<Response>,
): Promise<Answer> {
  const response = await ask();
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  const body: unknown = /[/+]json/.test(type) && text !== '' ? JSON.parse(text) : text;
  const answer = { status: response.status, headers: response.headers, body };
  expect(response.headers.get('x-request-id')).toMatch(/^[\w.:+/=~-]{1,128}$/);
  if (method === 'HEAD') return answer;
  const route = findRoute(method, path);
  if (type === 'application/problem+json; charset=utf-8') checkProblem(answer, route);
  else if (route !== undefined) checkDeclared(answer, route);
  return answer;
}

/** The problem that an answer must be. */
export function problemOf({ body }: Answer): Problem {
  return problemSchema.parse(body);
}

function findRoute(method: string, path: string): Route | undefined {
  const plain = (path.split('?', 1)[0] ?? '').replace(/(.)\/$/, '$1');
  const matching = ROUTES.find((route) => {
    const pattern = route.path.replace(/(.)\/$/, '$1').replaceAll(/\{\w+\}/g, '[^/]+');
    return new RegExp(`^${pattern}$`).test(plain);
  });
  return ROUTES.find(
    (route) => route.path === matching?.path && route.method === method.toLowerCase(),
  );
}

function checkProblem(answer: Answer, route: Route | undefined): void {
  const problem = problemOf(answer);
  expect(problem).toEqual(answer.body);
  expect(problem.status).toBe(answer.status);
  expect(problem.type).toBe(`/docs/errors#${problem.code}`);
  if (route === undefined) return;
  const content = documented[route.path]?.[route.method]?.responses[answer.status]?.content;
  const codes = Object.keys(content?.['application/problem+json']?.examples ?? {});
  expect(codes, `the API document's problems of ${route.path}`).toContain(problem.code);
}

function checkDeclared({ status, headers, body }: Answer, route: Route): void {
  const declared = route.responses[status];
  expect(declared, `${route.path} declares ${status}`).toBeDefined();
  const [type = ''] = headers.get('content-type')?.split(';') ?? [];
  if (declared?.streams?.[type] !== undefined) return;
  // Parsing strips what the schema does not know, which must be nothing.
  if (declared?.schema !== undefined) expect(declared.schema.parse(body)).toEqual(body);
  else expect(body).toBe('');
}
