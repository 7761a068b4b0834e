import type { RequestHandler, Response } from 'express';
import { v7 } from 'uuid';

const WELL_FORMED = /^[\w.:+/=~-]{1,128}$/;

/** Puts `X-Request-Id` on the answer: the caller's where it is well-formed, else a new one. */
export function requestId(): RequestHandler {
  return (request, response, next) => {
    const given = request.get('x-request-id');
    response.setHeader(
      'X-Request-Id',
      given !== undefined && WELL_FORMED.test(given) ? given : v7(),
    );
    next();
  };
}

export function requestIdOf(response: Response): string {
  return String(response.getHeader('X-Request-Id'));
}
