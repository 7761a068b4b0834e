import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IdColumn } from './held-results.ts';
import { orderById } from './order-by-id.ts';

function idColumn(texts: readonly string[]): IdColumn {
  const ids = texts.map((text) => Buffer.from(text));
  const offsets = [0];
  for (const id of ids) offsets.push(offsets.at(-1)! + id.length);
  return { count: ids.length, bytes: Buffer.concat(ids), offsets: Uint32Array.from(offsets) };
}

function ordered(texts: readonly string[]): string[] {
  return [...orderById(idColumn(texts))].map((member) => texts[member]!);
}

function byBytes(texts: readonly string[]): string[] {
  return [...texts].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

const shortText = fc.string({ unit: 'binary', maxLength: 4 });
/** Ids that share much, differ late, and include each other's beginnings. */
const idArbitrary = fc
  .tuple(fc.constantFrom('', 'customer-', 'customer-00000000'), shortText, shortText)
  .map((parts) => parts.join('').replaceAll('\0', ''));

describe('orderById', () => {
  it('orders by bytes, however the ids come', () => {
    fc.assert(
      fc.property(fc.uniqueArray(idArbitrary, { maxLength: 60 }), (texts) => {
        expect(ordered(texts)).toEqual(byBytes(texts));
      }),
      { numRuns: 2000 },
    );
  });

  it('orders many ids of a usual form', () => {
    const texts = Array.from({ length: 5000 }, (_, n) => `C${String((n * 7919) % 100_003)}`);
    expect(ordered(texts)).toEqual(byBytes(texts));
  });

  it('leaves ids alone that came in order', () => {
    expect([...orderById(idColumn(['a', 'ab', 'b', 'é', '💶']))]).toEqual([0, 1, 2, 3, 4]);
    expect([...orderById(idColumn([]))]).toEqual([]);
    expect([...orderById(idColumn(['only']))]).toEqual([0]);
  });

  it('refuses an id that occurs twice, and names it', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(idArbitrary, { minLength: 1, maxLength: 30 }),
        fc.nat(),
        fc.nat(),
        (texts, which, where) => {
          const twice = texts[which % texts.length]!;
          const doubled = texts.toSpliced(where % (texts.length + 1), 0, twice);
          expect(() => orderById(idColumn(doubled))).toThrow(`"${twice}" occurs more than once`);
        },
      ),
    );
  });

  it('refuses an id that is too long for an index', () => {
    expect(() => orderById(idColumn(['a', 'b'.repeat(1001)]))).toThrow('more than 1000 bytes');
    expect(ordered(['b'.repeat(1000), 'a'])).toHaveLength(2);
  });
});
