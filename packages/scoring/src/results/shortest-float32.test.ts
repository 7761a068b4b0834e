import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shortestFloat32 } from './shortest-float32.ts';

test.each([0, 1, 0.1, 0.7, 0.4, 1e-7, 123, 16777216, 0.33333334])('shows %s as it is', (value) => {
  expect(shortestFloat32(Math.fround(value))).toBe(value);
});

const SMALLEST_NORMAL = 2 ** -126;

test('keeps the float32 and has no digit that could go', () => {
  fc.assert(
    fc.property(
      fc.float({ min: SMALLEST_NORMAL, noDefaultInfinity: true, noNaN: true }),
      (value) => {
        const short = shortestFloat32(value);
        expect(Math.fround(short)).toBe(value);
        const digits = short.toExponential().replace(/e.*|[-.]/g, '').length;
        if (digits < 2) return;
        expect(Math.fround(Number(value.toPrecision(digits - 1)))).not.toBe(value);
      },
    ),
  );
});

/** The definition, word for word. */
function byText(float: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(float.toPrecision(digits));
    if (Math.fround(short) === float) return short;
  }
  return Number(float.toPrecision(9));
}

test('takes the short way for probabilities and whole numbers to the same end', () => {
  const probability = fc.float({ min: 0, max: 1, noNaN: true });
  const small = fc.integer({ min: 0, max: 2 ** 31 }).map((n) => Math.fround(n / 2 ** 44));
  const whole = fc.integer({ min: -(2 ** 24), max: 2 ** 24 });
  fc.assert(
    fc.property(fc.oneof(probability, small, whole), (value) => {
      expect(shortestFloat32(value)).toBe(byText(value));
    }),
    { numRuns: 20_000 },
  );
});
