import { checkWarehouse, streamMembers } from '@segcast/warehouse';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { createTestWarehouse, type TestWarehouse } from './support/test-warehouse.ts';

const CATEGORIES = ["O'Neill", 'back\\slash', '"quoted"', 'été', "'); DROP TABLE customers; --"];
const everyone = { condition: 'true', range: { lo: null, hi: null }, batchSize: 100 };

let db: TestWarehouse;
beforeAll(async () => {
  const texts = [...CATEGORIES, 'something else', ''].map((text, i) => {
    return `('c${i}', '${text.replaceAll("'", "''")}', ${i % 2 === 0})`;
  });
  db = await createTestWarehouse(`
    CREATE TABLE customers (customer_id text PRIMARY KEY, "plan ""b""" text, member boolean);
    INSERT INTO customers VALUES ${texts.join(', ')}, ('c9', NULL, NULL)`);
});
afterAll(() => db.close());

test('a text arrives as the index of its category, and another as their number', async () => {
  const found = new Map<string, (number | null)[]>();
  await streamMembers(db.warehouse, {
    ...everyone,
    columns: [{ column: 'plan "b"', categories: CATEGORIES }, 'member'],
    onBatch: ({ size, columns, nulls, ids, idOffsets }) => {
      for (let row = 0; row < size; row++) {
        const id = Buffer.from(ids.subarray(idOffsets[row], idOffsets[row + 1])).toString();
        found.set(
          id,
          columns.map((column, c) => (nulls[c]![row] === 1 ? null : column[row]!)),
        );
      }
    },
  });
  expect(Object.fromEntries(found)).toEqual({
    c0: [0, 1],
    c1: [1, 0],
    c2: [2, 1],
    c3: [3, 0],
    c4: [4, 1],
    c5: [5, 0],
    c6: [5, 1],
    c9: [null, null],
  });
});

test('categories of a column that is no text are refused by name', async () => {
  const columns = [{ column: 'member', categories: ['true'] }];
  const refusal = /member is of the type bool, where the model reads a text/;
  await expect(checkWarehouse(db.warehouse, columns)).rejects.toThrow(refusal);
  const reading = streamMembers(db.warehouse, {
    ...everyone,
    columns,
    onBatch: () => undefined,
  });
  await expect(reading).rejects.toMatchObject({ code: 'warehouse_invalid' });
});
