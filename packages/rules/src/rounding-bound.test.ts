import fc from 'fast-check';
import { expect, test } from 'vitest';

import { lowerRoundingBound, upperRoundingBound } from './rounding-bound.ts';

const doubles = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .filter((value) => value !== 0 && Math.abs(value) !== 5e-324);

/** The decimal with a digit far behind its own, so a little farther from zero. */
function fartherFromZero(decimal: string): string {
  return decimal.includes('.') ? `${decimal}1` : `${decimal}.1`;
}

test('a decimal at a bound, or a little beyond, is the double that the bound says', () => {
  fc.assert(
    fc.property(doubles, (value) => {
      const upper = upperRoundingBound(value);
      expect(Number(upper.decimal) > value).toBe(upper.roundsUp);
      const lower = lowerRoundingBound(value);
      expect(Number(lower.decimal) < value).toBe(!lower.roundsUp);
      const [outer, inner] = value > 0 ? [upper, lower] : [lower, upper];
      expect(Math.abs(Number(fartherFromZero(outer.decimal)))).toBeGreaterThan(Math.abs(value));
      expect(Number(fartherFromZero(inner.decimal))).toBe(value);
    }),
    { numRuns: 500 },
  );
});

test.each([
  [1000, '1000.00000000000005684341886080801486968994140625', false],
  [1.0000000000000002, '1.00000000000000033306690738754696212708950042724609375', true],
  [-1, '-0.999999999999999944488848768742172978818416595458984375', false],
  [2 ** 53, '9007199254740993', false],
  [2 ** 53 + 2, '9007199254740995', true],
])('above %d lies %s', (value, decimal, roundsUp) => {
  expect(upperRoundingBound(value)).toEqual({ decimal, roundsUp });
});

test('the largest double ends where infinity begins', () => {
  const { decimal, roundsUp } = upperRoundingBound(Number.MAX_VALUE);
  expect([BigInt(decimal), roundsUp]).toEqual([2n ** 1024n - 2n ** 970n, true]);
});

test('around zero the bounds are short', () => {
  const bound = '2.470328229206232721e-324';
  expect(upperRoundingBound(0)).toEqual({ decimal: bound, roundsUp: false });
  expect(lowerRoundingBound(0)).toEqual({ decimal: `-${bound}`, roundsUp: true });
  expect(lowerRoundingBound(-0)).toEqual({ decimal: `-${bound}`, roundsUp: true });
  expect(lowerRoundingBound(5e-324)).toEqual({ decimal: bound, roundsUp: false });
  expect(upperRoundingBound(-5e-324)).toEqual({ decimal: `-${bound}`, roundsUp: true });
});
