import { AppError } from '@segcast/contracts';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { toPointer, validate, type Part } from './validate.ts';

const schema = z.strictObject({ name: z.string(), sizes: z.array(z.number()).optional() });

function errorsOf(value: unknown, part: Part = 'body'): AppError['errors'] {
  try {
    validate(schema, value, part);
  } catch (error) {
    if (error instanceof AppError) return error.errors;
  }
  throw new Error('The value was let through.');
}

describe('validate', () => {
  it('gives what the schema makes of the value', () => {
    expect(validate(z.strictObject({ n: z.coerce.number() }), { n: '5' }, 'query')).toEqual({
      n: 5,
    });
  });

  it('says of every fault where it lies', () => {
    expect(errorsOf({ sizes: [1, 'two'], 'a/b': 1 })).toEqual([
      { pointer: '/name', detail: 'is required' },
      { pointer: '/sizes/1', detail: expect.stringContaining('expected number') as string },
      { pointer: '/a~1b', detail: 'unknown field' },
    ]);
  });

  it('names unknown query parameters, even of a route that takes none', () => {
    expect(errorsOf({ name: '', page: '2' }, 'query')).toEqual([
      { pointer: '/page', detail: 'unknown query parameter' },
    ]);
    expect(() => validate(undefined, { page: '2' }, 'query')).toThrow(/unknown query parameter/);
  });

  it('lets a body be that no schema asks for', () => {
    expect(validate(undefined, { anything: 1 }, 'body')).toBeUndefined();
  });
});

describe('toPointer', () => {
  it('escapes as RFC 6901 says', () => {
    expect(toPointer(['a~b', 'c/d', 0])).toBe('/a~0b/c~1d/0');
  });
});
