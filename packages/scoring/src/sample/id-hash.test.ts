import { expect, test } from 'vitest';
import { idHash } from './id-hash.ts';

const bytesOf = (id: string) => new TextEncoder().encode(id);

test('depends on the id alone, wherever it stands', () => {
  const alone = bytesOf('C000017');
  const among = bytesOf('xxC000017yy');
  expect(idHash(among, 2, 9)).toBe(idHash(alone, 0, 7));
});

test.each([
  ['numbered ids', (n: number) => `C${String(n).padStart(6, '0')}`],
  ['addresses', (n: number) => `${n}@example.com`],
  ['numbers', String],
])('chooses a tenth of %s, from every part of them', (_, toId) => {
  const chosen = (from: number) =>
    Array.from({ length: 10_000 }, (_each, n) => bytesOf(toId(from + n))).filter(
      (id) => idHash(id, 0, id.length) < 0.1 * 2 ** 32,
    ).length;
  for (const from of [0, 10_000, 500_000]) {
    // Five standard deviations of a binomial are 150.
    expect(Math.abs(chosen(from) - 1000)).toBeLessThan(150);
  }
});
