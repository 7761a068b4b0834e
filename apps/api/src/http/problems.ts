import { AppError, ERROR_CODES, toProblem } from '@segcast/contracts';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import type { RunLog } from '@segcast/runs';
import { requestIdOf } from './request-id.ts';

/** Seconds after which a caller may try again what is refused for want of a service or of room. */
const RETRY_AFTER = 5;

/** The one place where errors become answers: RFC 9457 problem details. */
export function sendProblems(log: RunLog): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const failure = toAppError(error, requestIdOf(response));
    const { status } = ERROR_CODES[failure.code];
    if (status >= 500) {
      const facts = { err: error, request_id: requestIdOf(response) };
      log.error(facts, `${request.method} ${request.path} failed: ${failure.message}`);
    }
    if (response.headersSent) next(error);
    else sendProblem(response, failure);
  };
}

function sendProblem(response: Response, failure: AppError): void {
  const problem = toProblem(failure);
  const retryAfter = failure.retryAfter ?? (problem.status === 503 ? RETRY_AFTER : undefined);
  if (retryAfter !== undefined) response.setHeader('Retry-After', retryAfter);
  if (problem.status === 401) response.setHeader('WWW-Authenticate', challenge(failure));
  response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}

/** As RFC 6750 has it: a reason only where a key was shown. */
function challenge({ code }: AppError): string {
  return `Bearer realm="segcast"${code === 'key_required' ? '' : ', error="invalid_token"'}`;
}

/** What no route took. */
export function unknownRoute(): RequestHandler {
  return (request) => {
    throw new AppError(
      'unknown_route',
      `There is no route ${request.path}; /openapi.json lists them all.`,
    );
  };
}

function toAppError(error: unknown, id: string): AppError {
  if (error instanceof AppError) return error;
  if (isClientError(error)) {
    return new AppError('invalid_request', `The request cannot be read: ${error.message}.`, {
      cause: error,
    });
  }
  return new AppError(
    'internal',
    `The request failed on our side; the log has the cause under request id ${id}.`,
    { cause: error },
  );
}

/** Express marks its own refusals, such as a path that does not decode, with a status. */
function isClientError(error: unknown): error is Error {
  if (!(error instanceof Error) || !('status' in error)) return false;
  return typeof error.status === 'number' && error.status >= 400 && error.status < 500;
}
