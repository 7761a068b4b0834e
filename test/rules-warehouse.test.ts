import { parseRule, toPredicate, toSqlCondition } from '@segcast/rules';
import { listMembers, readColumns } from '@segcast/warehouse';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { createTestWarehouse, type TestWarehouse } from './support/test-warehouse.ts';

/** Every type that a rule can read, with finite values that are easily read otherwise. */
const SETUP = `
  CREATE TABLE customers (
    customer_id int8 PRIMARY KEY, small int2, score float4, revenue float8, exact numeric,
    price numeric(12,2), wide numeric(30,25), odd numeric(3,5), name text, code char(4), key uuid,
    active boolean, born date, local timestamp, seen timestamptz);
  INSERT INTO customers VALUES
    (1, 7, 0.1, 0.1, 0.1, 0.10, 0.1, 0.001, 'Ann', 'A', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', true,
     '2024-02-29', '2024-02-29 12:00:00.000001', '2024-02-29 14:00:00.000001+02'),
    (2, -7, 16777217, 1e300, 1e300, 1000, 1000, NULL, 'ann', 'A  B', NULL, false,
     'infinity', '-infinity', '12024-01-01 00:00+00'),
    (9007199254740993, 0, NULL, -0.0, -1e-400, -0.01, 0, NULL, '', '', NULL, NULL,
     '0044-03-15 BC', '0001-01-01', '9999-12-31 23:59:59.999999+00'),
    (9007199254740992, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);`;

const v = (name: string) => ({ var: name });

const RULES: unknown[] = [
  { '==': [v('customer_id'), 2 ** 53] },
  { '>': [v('customer_id'), 2] },
  { '<': [v('small'), 5] },
  { '==': [v('score'), Math.fround(0.1)] },
  { '>': [v('score'), 0.1] },
  { '==': [v('score'), v('exact')] },
  { '==': [v('exact'), 0.1] },
  { '==': [v('exact'), 0] },
  { '>=': [v('price'), 0.1] },
  { in: [v('wide'), [0.1, 1000]] },
  { '==': [v('name'), 'ann'] },
  { '<': [v('name'), 'a'] },
  { '==': [v('code'), 'A'] },
  { ends_with: [v('code'), 'B'] },
  { starts_with: [v('key'), 'a0ee'] },
  v('active'),
  { '==': [v('active'), false] },
  { '>': [v('born'), '2024-02-28T23:59:59'] },
  { '<': [v('born'), '0001-01-01'] },
  { '==': [v('local'), '2024-02-29T12:00:00.000001'] },
  { '==': [v('local'), v('seen')] },
  { '>=': [v('seen'), '9999-12-31T23:59:59.999999Z'] },
  { missing: ['name', 'born'] },
];

let source: TestWarehouse;

beforeAll(async () => {
  source = await createTestWarehouse(SETUP);
});

afterAll(() => source.close());

test('of numeric columns the declared digits are known, where the scale is within them', async () => {
  const columns = await readColumns(source.warehouse);
  const precisions = ['exact', 'price', 'wide', 'odd', 'small'].map((name) => {
    return columns.get(name)?.precision;
  });
  expect(precisions).toEqual([undefined, 12, 30, undefined, undefined]);
});

test.each(RULES.map((rule) => [JSON.stringify(rule), rule] as const))(
  'the members by SQL are those by the features: %s',
  async (_, json) => {
    const rule = parseRule(json, await readColumns(source.warehouse));
    const page = { after: null, limit: 10 };
    const everyone = await listMembers(source.warehouse, 'TRUE', page);
    const holds = toPredicate(rule);
    const members = everyone.filter(({ features }) => holds(features));
    expect(await listMembers(source.warehouse, toSqlCondition(rule), page)).toEqual(members);
    expect(members.length).toBeGreaterThan(0);
    expect(members.length).toBeLessThan(everyone.length);
  },
);
