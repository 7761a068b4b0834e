import fc from 'fast-check';
import { expect, test } from 'vitest';

import { formatIsoTime, hasFourDigitYear, parseIsoTime } from './iso-time.ts';

function microsOf(text: string): bigint | undefined {
  const time = parseIsoTime(text);
  return 'micros' in time ? time.micros : undefined;
}

function faultOf(text: string): string | undefined {
  const time = parseIsoTime(text);
  return 'fault' in time ? time.fault : undefined;
}

test.each([
  ['1970-01-01', 0n],
  ['1970-01-01T00:00', 0n],
  ['1970-01-01 00:00:00', 0n],
  ['1970-01-01T00:00:00.000001Z', 1n],
  ['1970-01-01T00:00:00.5', 500_000n],
  ['1970-01-01T02:00:00+02:00', 0n],
  ['1970-01-01T02:00:00+0200', 0n],
  ['1970-01-01T02:00:00+02', 0n],
  ['1969-12-31T18:30-05:30', 0n],
  ['1969-12-31T23:59:59.999999Z', -1n],
  ['+001970-01-01', 0n],
])('%s is %d microseconds', (text, micros) => {
  expect(microsOf(text)).toBe(micros);
});

test('every instant of four-digit years reads back as it is written', () => {
  const instants = fc.bigInt({ min: microsOf('0001-01-01')!, max: microsOf('9999-12-31')! });
  fc.assert(fc.property(instants, (micros) => microsOf(formatIsoTime(micros)) === micros));
});

test('days are those of the calendar that JavaScript has', () => {
  const days = fc.date({ min: new Date('-010000-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(days, (date) => microsOf(date.toISOString()) === BigInt(date.getTime()) * 1000n),
  );
});

test.each([
  ['2024-02-30', /no such day/],
  ['2023-02-29', /no such day/],
  ['1900-02-29', /no such day/],
  ['2024-13-01', /no such day/],
  ['2024-00-10', /no such day/],
  ['2024-01-00', /no such day/],
  ['2024-01-01T24:00:00', /time of day/],
  ['2024-01-01T23:60', /time of day/],
  ['2024-01-01T23:59:60', /time of day/],
  ['2024-01-01T00:00:00.1234567', /six decimals/],
  ['2024-01-01T00:00:00+16:00', /offset/],
  ['2024-01-01T00:00:00+01:60', /offset/],
  ['2024-1-1', /write/],
  ['01/02/2024', /write/],
  ['20240101', /write/],
  ['2024-01-01Z', /write/],
  ['2024-01-01T00:00:00 +02', /write/],
  ['infinity', /write/],
  ['now', /write/],
  ['', /write/],
  [' 2024-01-01', /write/],
  ['2024-01-01\n', /write/],
])('%j is refused', (text, fault) => {
  expect(faultOf(text)).toMatch(fault);
});

test('the years 0001 to 9999 are those of UTC', () => {
  expect(hasFourDigitYear(microsOf('0001-01-01')!)).toBe(true);
  expect(hasFourDigitYear(microsOf('0001-01-01T00:00+01:00')!)).toBe(false);
  expect(hasFourDigitYear(microsOf('9999-12-31T23:59:59.999999')!)).toBe(true);
  expect(hasFourDigitYear(microsOf('9999-12-31T23:59:59-01:00')!)).toBe(false);
});
