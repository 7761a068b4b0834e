import type { RequestHandler } from 'express';
import type { RunLog } from '@segcast/runs';
import { requestIdOf } from './request-id.ts';

/** A line per request: reads at debug, since clients poll; writes at info. */
export function logRequests(log: RunLog): RequestHandler {
  return (request, response, next) => {
    const started = performance.now();
    const { method } = request;
    const path = request.originalUrl.split('?', 1)[0] ?? '';
    response.once('close', () => {
      const facts = {
        request_id: requestIdOf(response),
        status: response.statusCode,
        duration_ms: Math.round(performance.now() - started),
      };
      const level = method === 'GET' || method === 'HEAD' ? 'debug' : 'info';
      log[level](facts, `${method} ${path} ${response.statusCode}`);
    });
    next();
  };
}
