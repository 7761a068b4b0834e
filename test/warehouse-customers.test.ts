import type { InputColumn } from '@segcast/contracts';
import { parseRule, toSqlCondition } from '@segcast/rules';
import {
  canonicalIds,
  customersCondition,
  evaluateConditions,
  layoutOf,
  readColumns,
  readCustomerRow,
  restoreCustomerRow,
  rowInputs,
  streamMembers,
  type Warehouse,
} from '@segcast/warehouse';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestWarehouse, type TestWarehouse } from './support/test-warehouse.ts';

const COUNT = 400;

let db: TestWarehouse;

beforeAll(async () => {
  db = await createTestWarehouse(`
    SELECT setseed(0.42);
    CREATE TABLE customers AS SELECT 'c' || i AS customer_id,
        (CASE i % 9 WHEN 0 THEN NULL WHEN 1 THEN 'NaN' WHEN 2 THEN 'Infinity'
          ELSE ((random() - 0.5) * 10 ^ (i % 25))::numeric * (10 ^ (-(i % 13)))::numeric END)::numeric AS amount,
        round((random() * 1e8)::numeric, 2)::numeric(12,2) AS total,
        (CASE i % 11 WHEN 0 THEN '-Infinity' WHEN 1 THEN '-0' ELSE (random() * 10 ^ (i % 300 - 150))::text END)::float8 AS wide,
        (random() * 10 ^ (i % 60 - 30))::float4 AS narrow,
        (random() * 9.2e18)::int8 * CASE i % 2 WHEN 0 THEN 1 ELSE -1 END AS huge,
        i AS n, (i % 7)::int2 AS small, CASE i % 3 WHEN 0 THEN NULL ELSE i % 2 = 0 END AS flag, (ARRAY['x', 'y', 'z', NULL])[1 + i % 4] AS word,
        (ARRAY['x', 'y', 'z', NULL])[1 + i % 4]::char(3) AS padded
      FROM generate_series(1, ${COUNT}) i;
    ALTER TABLE customers ADD PRIMARY KEY (customer_id);
    CREATE TABLE by_uuid AS SELECT md5(i::text)::uuid AS customer_id, i AS n FROM generate_series(1, 20) i;
    CREATE TABLE by_int4 AS SELECT i::int4 AS customer_id, i AS n FROM generate_series(-5, 5) i`);
});

afterAll(() => db.close());

const COLUMNS: InputColumn[] = [
  ...['amount', 'total', 'wide', 'narrow', 'huge', 'n', 'small', 'flag'],
  { column: 'word', categories: ['x', 'y'] },
  { column: 'padded', categories: ['y', 'x'] },
];

async function streamed(
  warehouse: Warehouse,
  condition: string,
  columns: InputColumn[],
): Promise<Map<string, (number | null)[]>> {
  const found = new Map<string, (number | null)[]>();
  await streamMembers(warehouse, {
    condition,
    range: { lo: null, hi: null },
    columns,
    batchSize: 64,
    onBatch: ({ size, ids, idOffsets, ...batch }) => {
      for (let i = 0; i < size; i++) {
        const id = Buffer.from(ids.subarray(idOffsets[i], idOffsets[i + 1])).toString();
        found.set(
          id,
          batch.columns.map((column, c) => (batch.nulls[c]![i] === 1 ? null : column[i]!)),
        );
      }
    },
  });
  return found;
}

describe('the row of one customer', () => {
  it('holds the very numbers that a stream brings', async () => {
    const expected = await streamed(db.warehouse, 'true', COLUMNS);
    expect(expected.size).toBe(COUNT);
    for (const [id, values] of expected) {
      const row = await readCustomerRow(db.warehouse, id);
      const inputs = rowInputs(row!, COLUMNS);
      const read = COLUMNS.map((_, c) =>
        inputs.nulls[c]![0] === 1 ? null : inputs.columns[c]![0]!,
      );
      // `toEqual` tells -0 from 0 and takes NaN for NaN: the same bits, that is.
      expect(read).toEqual(values);
    }
  });

  it('is refused where a column is missing or of another type', async () => {
    const row = (await readCustomerRow(db.warehouse, 'c7'))!;
    for (const input of ['missing', 'word', { column: 'n', categories: ['1'] }]) {
      expect(() => rowInputs(row, [input])).toThrow(/cannot be read: its? /);
    }
  });

  it('can be kept and restored, as long as the columns are the same', async () => {
    const row = (await readCustomerRow(db.warehouse, 'c7'))!;
    const kept = { ...row, layout: layoutOf(row.columns) };
    expect(await restoreCustomerRow(db.warehouse, kept)).toEqual(row);
    expect(await restoreCustomerRow(db.warehouse, { ...kept, layout: layoutOf([]) })).toBeNull();
  });
});

describe('the condition for some customers', () => {
  it.each([
    ['customers', ['c1', 'c400', 'nobody', "' OR true --"], ['c1', 'c400']],
    ['by_int4', ['-5', '3', '03', '1e2', '99999999999', 'x'], ['-5', '3']],
    [
      'by_uuid',
      ['C4CA4238-A0B9-2382-0DCC-509A6F75849B', 'nobody'],
      ['c4ca4238-a0b9-2382-0dcc-509a6f75849b'],
    ],
    ['customers', ['a\0', 'a\ud800', ''], []],
  ])('finds those of %s that there are', async (relation, asked, there) => {
    const warehouse = db.open({ relation });
    const canonical = await canonicalIds(warehouse, asked);
    const condition = await customersCondition(warehouse, [...canonical.values()]);
    const found = await streamed(warehouse, condition, ['n']);
    expect([...found.keys()].sort()).toEqual([...there].sort());
  });
});

describe('conditions on one customer', () => {
  it('are judged as in a listing, NaN and null included', async () => {
    const columns = await readColumns(db.warehouse);
    const rules = [
      { '>': [{ var: 'amount' }, 0] },
      { '!': { '>': [{ var: 'amount' }, 0] } },
      { '==': [{ var: 'amount' }, null] },
      { '<': [{ var: 'wide' }, 1] },
      { var: 'flag' },
      { in: ['x', { var: 'word' }] },
      true,
      false,
    ];
    const conditions = rules.map((rule) => toSqlCondition(parseRule(rule, columns)));
    const members = await Promise.all(
      conditions.map(async (condition) => streamed(db.warehouse, condition, [])),
    );
    for (const id of ['c1', 'c2', 'c9', 'c11', 'c33', 'c100', 'c398']) {
      const satisfied = await evaluateConditions(db.warehouse, id, conditions);
      expect(satisfied).toEqual(members.map((found) => found.has(id)));
    }
  });

  it('may be thousands or none, and are null for nobody', async () => {
    const many = Array.from({ length: 2000 }, (_, i) => `n = ${i}`);
    const satisfied = await evaluateConditions(db.warehouse, 'c7', many);
    expect(satisfied?.flatMap((holds, i) => (holds ? [i] : []))).toEqual([7]);
    expect(await evaluateConditions(db.warehouse, 'c7', [])).toEqual([]);
    expect(await evaluateConditions(db.warehouse, 'nobody', ['true'])).toBeNull();
  });
});
