import { AppError } from '@segcast/contracts';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { toStoreError, violatedConstraint } from './store-error.ts';

function databaseError(code: string, constraint?: string): pg.DatabaseError {
  const error = new pg.DatabaseError('said the server', 10, 'error');
  error.code = code;
  error.constraint = constraint;
  return error;
}

describe('toStoreError', () => {
  it.each(['08006', '57P01', '57P03', '53300', '25P03', '55P03', '40P01'])(
    'takes SQLSTATE %s for an outage',
    (code) => {
      const error = toStoreError(databaseError(code));
      expect(error).toMatchObject({ code: 'store_unavailable', retryable: true });
      expect((error as Error).message).toContain('said the server');
    },
  );

  it.each([
    Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
    new Error('Connection terminated unexpectedly'),
    new AggregateError([Object.assign(new Error('a'), { code: 'ECONNREFUSED' })]),
  ])('takes a broken connection for an outage: %s', (error) => {
    expect(toStoreError(error)).toMatchObject({ code: 'store_unavailable', cause: error });
  });

  it('leaves alone what is no outage', () => {
    for (const error of [
      databaseError('23505'),
      databaseError('42601'),
      new Error('anything'),
      new AppError('run_not_found', 'no such run'),
      'a text',
    ]) {
      expect(toStoreError(error)).toBe(error);
    }
  });
});

describe('violatedConstraint', () => {
  it('names the constraint of an integrity error only', () => {
    expect(violatedConstraint(databaseError('23505', 'segments_name'))).toBe('segments_name');
    expect(violatedConstraint(databaseError('42601', 'segments_name'))).toBeNull();
    expect(violatedConstraint(new Error('segments_name'))).toBeNull();
  });
});
