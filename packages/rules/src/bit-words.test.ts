import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fillBits, invert, transpose32 } from './bit-words.ts';

const bit = (word: number, place: number) => (word >>> place) & 1;

test('turning swaps the words with their bits, and nothing beside them', () => {
  const words = fc.array(fc.integer(), { minLength: 34, maxLength: 34 });
  fc.assert(
    fc.property(words, (list) => {
      const turned = Int32Array.from(list);
      transpose32(turned, 1);
      expect([turned[0], turned[33]]).toEqual([list[0], list[33]]);
      for (let i = 0; i < 32; i++) {
        for (let k = 0; k < 32; k++) {
          if (bit(turned[1 + k]!, i) !== bit(list[1 + i]!, k)) throw new Error(`bit ${i} of ${k}`);
        }
      }
    }),
  );
});

test('no bit stands beyond the last customer', () => {
  for (const customers of [1, 31, 32, 33, 64]) {
    const all = new Int32Array(3);
    fillBits(all, customers);
    const none = new Int32Array(3);
    invert(none, customers);
    const count = (words: Int32Array) =>
      [...words].reduce(
        (sum, word) => sum + (word >>> 0).toString(2).replaceAll('0', '').length,
        0,
      );
    expect([count(all), count(none)]).toEqual([customers, customers]);
    expect(none).toEqual(all);
  }
});
