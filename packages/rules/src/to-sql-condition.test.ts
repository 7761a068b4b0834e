import { expect, test } from 'vitest';

import { parseRule } from './parse-rule.ts';
import type { RuleColumn } from './rule-columns.ts';
import { toSqlCondition } from './to-sql-condition.ts';

const COLUMNS = new Map<string, RuleColumn>(
  (
    [
      { name: 'revenue', type: 'number', sqlType: 'float8' },
      { name: 'score', type: 'number', sqlType: 'float4' },
      { name: 'days', type: 'number', sqlType: 'int4' },
      { name: 'points', type: 'number', sqlType: 'int8' },
      { name: 'exact', type: 'number', sqlType: 'numeric' },
      { name: 'price', type: 'number', sqlType: 'numeric', precision: 12 },
      { name: 'country', type: 'string', sqlType: 'text' },
      { name: 'key', type: 'string', sqlType: 'uuid' },
      { name: 'active', type: 'boolean', sqlType: 'bool' },
      { name: 'born', type: 'date', sqlType: 'date' },
      { name: 'local', type: 'datetime', sqlType: 'timestamp' },
      { name: 'seen', type: 'datetime', sqlType: 'timestamptz' },
      { name: 'x" OR TRUE --', type: 'string', sqlType: 'text' },
    ] as const
  ).map((column) => [column.name, column]),
);

const sqlOf = (json: unknown) => toSqlCondition(parseRule(json, COLUMNS));

test.each<[unknown, string]>([
  [
    { '>': [{ var: 'revenue' }, 0.1] },
    `("revenue" IS NOT NULL AND "revenue" > 0.1 AND "revenue" < 'NaN')`,
  ],
  [{ '<': [{ var: 'revenue' }, -5] }, '("revenue" IS NOT NULL AND "revenue" < -5)'],
  [{ '<': [{ var: 'score' }, 0.1] }, '("score" IS NOT NULL AND "score"::float8 < 0.1)'],
  [{ '>=': [{ var: 'days' }, 30] }, '("days" IS NOT NULL AND "days" >= 30)'],
  [{ '>=': [{ var: 'days' }, 30.5] }, '("days" IS NOT NULL AND "days"::float8 >= 30.5)'],
  [
    { '==': [{ var: 'points' }, 2 ** 53 - 1] },
    '("points" IS NOT NULL AND "points" = 9007199254740991)',
  ],
  [
    { '==': [{ var: 'points' }, 2 ** 53] },
    '("points" IS NOT NULL AND "points"::float8 = 9007199254740992)',
  ],
  [{ '<=': [{ var: 'price' }, 9.99] }, '("price" IS NOT NULL AND "price" <= 9.99)'],
  [
    { '<=': [{ var: 'exact' }, 1] },
    '("exact" IS NOT NULL AND "exact" <= 1.00000000000000011102230246251565404236316680908203125)',
  ],
  [
    { '===': [{ var: 'country' }, 'DE'] },
    `("country" IS NOT NULL AND "country" COLLATE "C" = 'DE')`,
  ],
  [
    { in: [{ var: 'key' }, ['a', 'b']] },
    `("key" IS NOT NULL AND "key"::text COLLATE "C" IN ('a', 'b'))`,
  ],
  [
    { in: [{ var: 'days' }, [1, 2.5, -3]] },
    '("days" IS NOT NULL AND "days"::float8 IN (1, 2.5, -3))',
  ],
  [{ var: 'active' }, '("active" IS TRUE)'],
  [{ '!=': [{ var: 'active' }, false] }, '(NOT ("active" IS FALSE))'],
  [{ '==': [null, { var: 'days' }] }, '("days" IS NULL)'],
  [
    { '>': [{ var: 'born' }, '2024-05-31'] },
    `("born" IS NOT NULL AND "born" > '2024-05-31'::date)`,
  ],
  [
    { '>=': [{ var: 'born' }, '2024-05-31T12:00'] },
    `("born" IS NOT NULL AND "born" > '2024-05-31'::date)`,
  ],
  [{ '==': [{ var: 'born' }, '2024-05-31T12:00'] }, '("born" IS NOT NULL AND FALSE)'],
  [
    { '<': [{ var: 'local' }, '2024-05-31T12:00+02'] },
    `("local" IS NOT NULL AND "local" < '2024-05-31T10:00:00'::timestamp)`,
  ],
  [
    { '<': [{ var: 'seen' }, '2024-05-31'] },
    `("seen" IS NOT NULL AND "seen" < '2024-05-31T00:00:00Z'::timestamptz)`,
  ],
  [
    { '<': [{ var: 'seen' }, { var: 'born' }] },
    `("seen" IS NOT NULL AND "born" IS NOT NULL AND "seen" AT TIME ZONE 'UTC' < "born")`,
  ],
  [
    { missing: ['days', 'country'] },
    `(("days" IS NULL) OR ("country" IS NULL) OR ("country" IS NOT NULL AND "country" COLLATE "C" = ''))`,
  ],
  [{ and: [] }, 'TRUE'],
  [{ or: [] }, 'FALSE'],
  [{ in: [{ var: 'days' }, []] }, 'FALSE'],
  [{ '<': ['a', '\uff01', '😀'] }, '(TRUE AND TRUE)'],
])('%j', (json, sql) => {
  expect(sqlOf(json)).toBe(sql);
});

test('names and texts stay inside their quotes', () => {
  expect(sqlOf({ ends_with: [{ var: 'x" OR TRUE --' }, "\\' OR TRUE; --"] })).toBe(
    `("x"" OR TRUE --" IS NOT NULL AND right("x"" OR TRUE --" COLLATE "C", length(E'\\\\'' OR TRUE; --')) = E'\\\\'' OR TRUE; --')`,
  );
});
