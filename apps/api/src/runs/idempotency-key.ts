import { AppError } from '@segcast/contracts';
import type { SubmitRequest } from '@segcast/runs';
import type { Client } from '../http/route.ts';

const WELL_FORMED = /^[\x21-\x7e]{1,255}$/;

/**
 * The `Idempotency-Key` of a request, as one of its caller's.
 * @throws AppError `invalid_request` for what is no key.
 */
export function idempotencyOf(
  key: string | undefined,
  { caller }: Client,
): SubmitRequest['idempotency'] {
  if (key === undefined) return undefined;
  if (WELL_FORMED.test(key)) return { apiKeyId: caller?.keyId ?? null, key };
  const detail = 'must be 1 to 255 visible ASCII characters, such as a UUID';
  throw new AppError('invalid_request', `The header Idempotency-Key ${detail}.`, {
    errors: [{ pointer: '/Idempotency-Key', detail }],
  });
}
