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
