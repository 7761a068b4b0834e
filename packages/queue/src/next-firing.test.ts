import { AppError } from '@segcast/contracts';
import { expect, test } from 'vitest';
import { nextFiring } from './next-firing.ts';

const after = new Date('2026-01-05T10:00:00Z');

test.each([
  ['0 2 * * *', 'UTC', '2026-01-06T02:00:00.000Z'],
  ['30 0 2 * * *', 'UTC', '2026-01-06T02:00:30.000Z'],
  ['0 2 * * *', 'Asia/Tokyo', '2026-01-05T17:00:00.000Z'],
  ['0 2 * * MON-FRI', 'UTC', '2026-01-06T02:00:00.000Z'],
  ['0 0 29 2 *', 'UTC', '2028-02-29T00:00:00.000Z'],
])('%s in %s fires next at %s', (pattern, tz, expected) => {
  expect(nextFiring({ pattern, tz }, after).toISOString()).toBe(expected);
});

test.each([
  ['0 2 * *', 'UTC', '/pattern', /4 fields/],
  ['@daily', 'UTC', '/pattern', /1 fields/],
  ['at two o clock sharp', 'UTC', '/pattern', /Invalid characters/],
  ['61 2 * * *', 'UTC', '/pattern', /61.*0-59/],
  ['0 0 31 2 *', 'UTC', '/pattern', /day of month/],
  ['H 2 * * *', 'UTC', '/pattern', /hashed/],
  ['*/0 * * * *', 'UTC', '/pattern', /every 0/],
  ['0 2 * * *', 'Mars/Olympus', '/tz', /not a time zone/],
  ['0 2 * * *', '', '/tz', /not a time zone/],
])('refuses %s in %s and says why', (pattern, tz, pointer, reason) => {
  try {
    nextFiring({ pattern, tz }, after);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'invalid_request', errors: [{ pointer }] });
    expect((error as AppError).message).toMatch(reason);
  }
});
