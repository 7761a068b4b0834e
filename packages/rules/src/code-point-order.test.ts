import fc from 'fast-check';
import { expect, test } from 'vitest';

import { codePointOrder } from './code-point-order.ts';

test('texts are in the order of their UTF-8 bytes', () => {
  const text = fc.string({ unit: 'binary', maxLength: 6 });
  fc.assert(
    fc.property(text, text, (a, b) => {
      const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
      return Math.sign(codePointOrder(a, b)) === bytes;
    }),
    { numRuns: 500 },
  );
});

test('a character beyond U+FFFF comes after all below it', () => {
  expect(codePointOrder('\uff01', '😀')).toBeLessThan(0);
  expect(codePointOrder('\ud7ff', '\ue000')).toBeLessThan(0);
});
