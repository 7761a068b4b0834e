import { AppError } from '@segcast/contracts';
import { json, type Request, type RequestHandler, type Response } from 'express';
import { refuseUnstorableText } from './refuse-unstorable-text.ts';

/** Bytes of body that are read; a rule of this size is no rule that a person wrote. */
const BODY_LIMIT = 1024 * 1024;

const parseJson: RequestHandler = json({ type: () => true, limit: BODY_LIMIT, strict: false });

/**
 * Reads the body as JSON whatever its content type says: `curl -d` calls it form-urlencoded. No
 * body is an empty object. Text that the database does not take is refused unless `anyText`.
 * @throws AppError `malformed_json`, `payload_too_large`, `unsupported_media_type` or `invalid_request`.
 */
export async function readJsonBody(
  request: Request,
  response: Response,
  anyText = false,
): Promise<unknown> {
  await new Promise<void>((resolve, reject) => {
    parseJson(request, response, (error?: unknown) => {
      if (error === undefined) resolve();
      else reject(explainBodyError(error, request));
    });
  });
  const parsed: unknown = request.body;
  const body = parsed === undefined ? {} : parsed;
  if (!anyText) refuseUnstorableText(body);
  return body;
}

interface BodyError extends Error {
  type: string;
  body?: unknown;
}

function isBodyError(error: unknown): error is BodyError {
  return error instanceof Error && 'type' in error && typeof error.type === 'string';
}

function explainBodyError(error: unknown, request: Request): Error {
  if (!isBodyError(error)) return error instanceof Error ? error : new Error(String(error));
  if (error.type === 'entity.parse.failed') return malformed(error);
  if (error.type === 'entity.too.large') {
    const detail = `The body is larger than ${BODY_LIMIT} bytes; send less.`;
    return new AppError('payload_too_large', detail, { cause: error });
  }
  if (error.type.endsWith('.unsupported')) {
    const detail = `${error.message} (Content-Type ${request.get('content-type') ?? 'absent'}, Content-Encoding ${request.get('content-encoding') ?? 'absent'}); send UTF-8, plain or gzip.`;
    return new AppError('unsupported_media_type', detail, { cause: error });
  }
  return new AppError('invalid_request', `The body cannot be read: ${error.message}.`, {
    cause: error,
  });
}

function malformed(error: BodyError): AppError {
  const text = typeof error.body === 'string' ? error.body : '';
  const detail = `The body is not JSON: ${error.message}${place(error.message, text)}.`;
  return new AppError('malformed_json', detail, {
    cause: error,
    errors: [{ pointer: '', detail: error.message }],
  });
}

/** Line and column of a fault; the engine's message tells the offset, for some faults only. */
function place(message: string, text: string): string {
  const offset = message.includes('end of JSON')
    ? text.length
    : Number(/at position (\d+)/.exec(message)?.[1] ?? NaN);
  if (!Number.isFinite(offset) || message.includes('(line')) return '';
  const before = text.slice(0, offset).split('\n');
  return ` (line ${before.length}, column ${(before.at(-1) ?? '').length + 1})`;
}
