import { expect, test } from 'vitest';
import { AppError } from './app-error.ts';
import { fromSentError, toSentError } from './sent-error.ts';

const sent = (error: unknown) => fromSentError(structuredClone(toSentError(error)));

test('an AppError arrives with its code, what it says of trying again, and its stack', () => {
  const error = new AppError('warehouse_timeout', 'too slow', { retryable: false });
  expect(sent(error)).toBeInstanceOf(AppError);
  expect(sent(error)).toMatchObject({
    code: 'warehouse_timeout',
    message: 'too slow',
    retryable: false,
    stack: error.stack,
  });
});

test('whatever else was thrown arrives as an error', () => {
  expect(sent(new TypeError('x is not a function'))).toMatchObject({
    name: 'Error',
    message: 'x is not a function',
  });
  expect(sent('just text').message).toBe('just text');
});
