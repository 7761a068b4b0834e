import type { RequestHandler, Response } from 'express';
import type { RunLog } from '@segcast/runs';
import { callerOf } from '../access/caller.ts';
import { isSafeMethod } from './guard-access.ts';
import { requestIdOf } from './request-id.ts';

/**
 * A line per request: reads at debug, since clients poll. Writes at info, as the audit of who did
 * what, refused ones too; no key and no body is in it.
 */
export function logRequests(log: RunLog): RequestHandler {
  return (request, response, next) => {
    const started = performance.now();
    // Read now: a router that takes the request over may see other proxies.
    const { method, ip: address } = request;
    const path = request.originalUrl.split('?', 1)[0] ?? '';
    response.once('close', () => {
      const facts = {
        request_id: requestIdOf(response),
        status: response.statusCode,
        duration_ms: Math.round(performance.now() - started),
      };
      const line = `${method} ${path} ${response.statusCode}`;
      if (isSafeMethod(method)) log.debug(facts, line);
      else log.info({ ...facts, address, ...auditFacts(method, response) }, line);
    });
    next();
  };
}

/** Marks which route of the table answers, for the audit. */
export function setRoute(response: Response, route: string): void {
  response.locals['route'] = route;
}

function auditFacts(method: string, response: Response): Record<string, unknown> {
  const caller = callerOf(response);
  return {
    audit: true,
    method,
    route: response.locals['route'] as string | undefined,
    key_id: caller?.keyId ?? null,
    key_name: caller?.name ?? null,
    via: caller?.via ?? null,
  };
}
