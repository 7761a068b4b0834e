import { AppError } from '@segcast/contracts';
import { toPointer } from './validate.ts';

const UNSTORABLE = /[\0\p{Surrogate}]/u;

/**
 * Refuses NUL and lone surrogates anywhere in a body or in parameters, in keys as in values:
 * PostgreSQL takes neither. Walks without recursion, since a body may be nested as deep as it is long.
 * @throws AppError `invalid_request` with the place.
 */
export function refuseUnstorableText(input: unknown): void {
  const pending: { value: unknown; pointer: string }[] = [{ value: input, pointer: '' }];
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    const { value, pointer } = item;
    if (typeof value === 'string') refuse(value, pointer);
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, child] of Object.entries(value)) {
      refuse(key, pointer);
      pending.push({ value: child, pointer: pointer + toPointer([key]) });
    }
  }
}

function refuse(text: string, pointer: string): void {
  if (!UNSTORABLE.test(text)) return;
  const detail = 'text holds a NUL character or a lone surrogate, which the database does not take';
  throw new AppError('invalid_request', `${pointer || 'The request'}: ${detail}.`, {
    errors: [{ pointer, detail }],
  });
}
