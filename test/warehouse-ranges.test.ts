import { countMembers, planRanges, streamMembers, type KeyRange } from '@segcast/warehouse';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestWarehouse, type TestWarehouse } from './support/test-warehouse.ts';

let db: TestWarehouse;

beforeAll(async () => {
  db = await createTestWarehouse('SELECT 1');
});

afterAll(() => db.close());

const TEXTS = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }).map((s) => s.replace(/\0|\p{Surrogate}/gu, '')),
  fc.string({ unit: fc.constantFrom('a', 'A', 'ä', 'Ä', 'b', '-', ' ', "'", '\\', 'z', 'ß', '1') }),
);

/** How ids of a column type come about, with the type's SQL. */
const ID_TYPES: Record<string, fc.Arbitrary<string>> = {
  'text COLLATE "C"': TEXTS,
  'text COLLATE "en-x-icu"': TEXTS,
  'varchar COLLATE "sv-x-icu"': TEXTS,
  text: TEXTS,
  uuid: fc.uuid(),
  int2: fc.integer({ min: -32768, max: 32767 }).map(String),
  int4: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map(String),
  int8: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
};

async function fill(type: string, ids: readonly string[], analysed: boolean): Promise<void> {
  const values = ids.map((id) => `'${id.replaceAll("'", "''")}'`).join(', ');
  await db.sql(`DROP TABLE IF EXISTS customers;
    CREATE TABLE customers (customer_id ${type} PRIMARY KEY, n int DEFAULT 1);
    ${ids.length > 0 ? `INSERT INTO customers SELECT unnest(ARRAY[${values}]::${type.split(' ')[0]!}[]);` : ''}
    ${analysed ? 'ANALYZE customers' : 'SELECT 1'}`);
  db.warehouse.invalidate();
}

/** The ids of a range, as the stream reads them. */
async function idsOf(range: KeyRange): Promise<string[]> {
  const ids: string[] = [];
  await streamMembers(db.warehouse, {
    condition: 'true',
    range,
    columns: [],
    batchSize: 100,
    onBatch: ({ size, ids: bytes, idOffsets }) => {
      for (let i = 0; i < size; i++) {
        ids.push(Buffer.from(bytes.subarray(idOffsets[i], idOffsets[i + 1])).toString());
      }
    },
  });
  return ids;
}

async function expectPartition(ranges: readonly KeyRange[], ids: readonly string[]): Promise<void> {
  expect(ranges[0]!.lo).toBeNull();
  expect(ranges.at(-1)!.hi).toBeNull();
  for (let i = 1; i < ranges.length; i++) {
    expect(ranges[i]!.lo).not.toBeNull();
    expect(ranges[i]!.lo).toBe(ranges[i - 1]!.hi);
  }
  const read: string[] = [];
  for (const range of ranges) read.push(...(await idsOf(range)));
  expect(read.sort()).toEqual([...ids].sort());
}

describe('planRanges', () => {
  describe.each(Object.keys(ID_TYPES))('over %s', (type) => {
    it.each([true, false])('partitions the ids (analysed: %s)', async (analysed) => {
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(ID_TYPES[type]!, { maxLength: 60, size: 'max' }),
          fc.integer({ min: 1, max: 20 }),
          async (ids, shardSize) => {
            await fill(type, ids, analysed);
            const { ranges } = await planRanges(db.warehouse, { condition: 'true', shardSize });
            await expectPartition(ranges, ids);
          },
        ),
        { numRuns: 12 },
      );
    });
  });

  it.each([
    ['the histogram', true],
    ['the index', false],
  ])('balances by %s', async (_, analysed) => {
    const ids = Array.from({ length: 10_000 }, (_, i) => String(i * i - 5_000_000));
    await fill('int8', ids, analysed);
    const { ranges } = await planRanges(db.warehouse, { condition: 'true', shardSize: 1000 });
    expect(ranges.length).toBeGreaterThanOrEqual(9);
    for (const range of ranges) {
      const size = (await idsOf(range)).length;
      expect(size).toBeGreaterThan(500);
      expect(size).toBeLessThan(2000);
    }
  });

  it('walks the index where the histogram is too coarse', async () => {
    const ids = Array.from({ length: 5_000 }, (_, i) => String(i));
    await fill('int4', ids, true);
    await db.sql('ALTER TABLE customers ALTER customer_id SET STATISTICS 10; ANALYZE customers');
    const { ranges } = await planRanges(db.warehouse, { condition: 'true', shardSize: 50 });
    expect(ranges).toHaveLength(100);
    await expectPartition(ranges, ids);
  });

  it('makes one range of few members, of none, and of a relation without rows', async () => {
    const whole = [{ lo: null, hi: null }];
    const ids = Array.from({ length: 1_000 }, (_, i) => String(i));
    await fill('int4', ids, true);
    const few = await planRanges(db.warehouse, { condition: 'customer_id < 10', shardSize: 100 });
    expect(few.ranges).toEqual(whole);
    expect(few.estimate).toBeGreaterThan(0);
    expect(few.estimate).toBeLessThan(100);
    await fill('int4', ['5'], true);
    expect((await planRanges(db.warehouse, { condition: 'true', shardSize: 1 })).ranges).toEqual(
      whole,
    );
    await fill('int4', [], true);
    const none = await planRanges(db.warehouse, { condition: 'true', shardSize: 1 });
    await expectPartition(none.ranges, []);
  });

  it('partitions a plain view, which has neither index nor statistics', async () => {
    await db.sql(`CREATE TABLE source AS SELECT i, i % 97 AS k FROM generate_series(1, 5000) i;
      ANALYZE source;
      CREATE VIEW plain AS SELECT 'c' || i AS customer_id, k FROM source`);
    const plain = db.open({ relation: 'plain' });
    const { ranges, estimate } = await planRanges(plain, { condition: 'k < 50', shardSize: 500 });
    expect(ranges.length).toBeGreaterThan(3);
    expect(Math.abs(estimate - (await countMembers(plain, 'k < 50')))).toBeLessThan(500);
    let members = 0;
    for (const range of ranges) {
      const read = { condition: 'k < 50', range, columns: ['k'], batchSize: 100 };
      members += (await streamMembers(plain, { ...read, onBatch: () => undefined })).members;
    }
    expect(members).toBe(await countMembers(plain, 'k < 50'));
  });

  it('falls back to one range when dividing takes too long', async () => {
    await db.sql(`CREATE VIEW slow AS
      SELECT i AS customer_id, pg_sleep(0.01)::text AS pause FROM generate_series(1, 1000) i;
      CREATE VIEW slow_keys AS SELECT customer_id + length(pause) AS customer_id FROM slow`);
    const slow = db.open({ relation: 'slow_keys', statementTimeoutMs: 300 });
    const { ranges } = await planRanges(slow, { condition: 'true', shardSize: 10 });
    expect(ranges).toEqual([{ lo: null, hi: null }]);
  });
});
