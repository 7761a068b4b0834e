import { AppError } from '@segcast/contracts';
import { Router, type NextFunction, type Request, type Response } from 'express';
import type { ApiDeps } from '../api-deps.ts';
import { callerOf, requireRole } from '../access/caller.ts';
import { addressOf } from '../access/gate.ts';
import { setRoute } from './log-requests.ts';
import { neededAccess } from './needed-access.ts';
import { readJsonBody } from './read-json-body.ts';
import { refuseUnstorableText } from './refuse-unstorable-text.ts';
import type { AnyAnswer, Route } from './route.ts';
import { sendStream } from './send-stream.ts';

/** A router of the routes without a key; whatever else their paths are asked goes on. */
export function mountPublicRoutes(routes: readonly Route[], deps: ApiDeps): Router {
  const isPublic = routes.filter((route) => neededAccess(route) === 'public');
  return routerOf(isPublic, deps, (_request, _response, _methods, next) => next());
}

/** A router of the whole table: one entry per path, which answers 405 to the methods it lacks. */
export function mountRoutes(routes: readonly Route[], deps: ApiDeps): Router {
  return routerOf(routes, deps, refuseMethod);
}

type OtherMethod = (
  request: Request,
  response: Response,
  methods: readonly string[],
  next: NextFunction,
) => void;

function routerOf(routes: readonly Route[], deps: ApiDeps, otherMethod: OtherMethod): Router {
  const router = Router({ caseSensitive: true });
  for (const [path, ofPath] of groupByPath(routes)) {
    const byMethod = new Map(ofPath.map((route) => [route.method.toUpperCase(), route]));
    router.all(toExpressPath(path), async (request, response, next) => {
      const method = request.method === 'HEAD' ? 'GET' : request.method;
      const route = byMethod.get(method);
      if (route === undefined) otherMethod(request, response, [...byMethod.keys()], next);
      else await answer(route, request, response, deps);
    });
  }
  return router;
}

function groupByPath(routes: readonly Route[]): Map<string, Route[]> {
  const groups = new Map<string, Route[]>();
  for (const route of routes) {
    const group = groups.get(route.path);
    if (group === undefined) groups.set(route.path, [route]);
    else group.push(route);
  }
  return groups;
}

function toExpressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

function refuseMethod(request: Request, response: Response, methods: readonly string[]): void {
  const allow = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  response.setHeader('Allow', [...allow, 'OPTIONS'].join(', '));
  if (request.method === 'OPTIONS') {
    response.status(204).end();
    return;
  }
  throw new AppError(
    'method_not_allowed',
    `${request.path} does not take ${request.method}; it takes ${allow.join(', ')}.`,
  );
}

async function answer(
  route: Route,
  request: Request,
  response: Response,
  deps: ApiDeps,
): Promise<void> {
  setRoute(response, route.path);
  const caller = callerOf(response);
  const access = neededAccess(route);
  const what = `${request.method} ${route.path}`;
  if (access !== 'public') requireRole(caller, access, what);
  const abort = new AbortController();
  response.once('close', () => abort.abort());
  const parameters = { params: { ...request.params }, query: { ...request.query } };
  refuseUnstorableText(parameters.params);
  refuseUnstorableText(parameters.query);
  const result = await route.handle(
    {
      ...parameters,
      body:
        route.body === undefined ? undefined : await readJsonBody(request, response, route.anyText),
      header: (name) => request.get(name),
      accepts: (types) => request.accepts([...types]),
      client: { caller, address: addressOf(request), secure: request.secure },
      signal: abort.signal,
    },
    deps,
  );
  if (abort.signal.aborted) return;
  const start = () => begin(response, result);
  if (result.stream === undefined) send(route, result, start());
  else await sendStream(result.stream, request, response, start);
}

function begin(response: Response, { status, headers }: AnyAnswer): Response {
  // Customers' data is for whoever asked, and changes with every run.
  return response.status(status).set({ 'Cache-Control': 'no-store', ...headers });
}

function send(route: Route, { status, body, json }: AnyAnswer, response: Response): void {
  if (json !== undefined) {
    const bytes = Buffer.from(json.buffer, json.byteOffset, json.byteLength);
    response.type('application/json; charset=utf-8').send(bytes);
    return;
  }
  if (body === undefined) {
    response.end();
    return;
  }
  const type = route.responses[status]?.contentType ?? 'application/json';
  response.type(type).send(typeof body === 'string' ? body : JSON.stringify(body));
}
