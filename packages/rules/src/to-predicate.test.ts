import type { Features } from '@segcast/contracts';
import { expect, test } from 'vitest';

import { parseRule } from './parse-rule.ts';
import type { RuleColumn } from './rule-columns.ts';
import { toPredicate } from './to-predicate.ts';

const COLUMNS = new Map<string, RuleColumn>(
  (
    [
      { name: 'revenue', type: 'number', sqlType: 'float8' },
      { name: 'score', type: 'number', sqlType: 'float4' },
      { name: 'id', type: 'number', sqlType: 'int8' },
      { name: 'code', type: 'string', sqlType: 'bpchar' },
      { name: 'toString', type: 'string', sqlType: 'text' },
      { name: 'active', type: 'boolean', sqlType: 'bool' },
      { name: 'born', type: 'date', sqlType: 'date' },
      { name: 'seen', type: 'datetime', sqlType: 'timestamptz' },
    ] as const
  ).map((column) => [column.name, column]),
);

const holds = (json: unknown, row: Features) => toPredicate(parseRule(json, COLUMNS))(row);

const revenue = { var: 'revenue' };
const code = { var: 'code' };

test.each<[unknown, boolean[]]>([
  [{ '<': [revenue, 10] }, [true, false, false, false]],
  [{ '<=': [revenue, 10] }, [true, true, false, false]],
  [{ '>': [revenue, 10] }, [false, false, true, false]],
  [{ '>=': [revenue, 10] }, [false, true, true, false]],
  [{ '==': [revenue, 10] }, [false, true, false, false]],
  [{ '!=': [revenue, 10] }, [true, false, true, true]],
  [{ '!': [{ '<': [revenue, 10] }] }, [false, true, true, true]],
  [{ '<': [9, revenue, 11] }, [false, true, true, false]],
  [{ '<=': [9, revenue, 10] }, [true, true, false, false]],
  [{ '>': [11, revenue, 9] }, [false, true, true, false]],
  [{ in: [revenue, [9, 10.5]] }, [true, false, true, false]],
  [{ in: [code, ['ab', 'B']] }, [false, true, false, false]],
  [{ in: ['b', code] }, [false, true, true, false]],
  [{ in: [code, 'cab'] }, [true, true, false, false]],
  [{ in: ['', code] }, [true, true, true, false]],
  [{ starts_with: [code, 'a'] }, [false, true, false, false]],
  [{ ends_with: [code, 'b'] }, [false, true, false, false]],
  [{ '<': [code, 'ac'] }, [true, true, false, false]],
  [{ '==': [code, null] }, [false, false, false, true]],
  [{ missing: ['revenue', 'code'] }, [true, false, false, true]],
  [{ missing: [] }, [false, false, false, false]],
  [{ and: [{ '>': [revenue, 9] }, { '<': [code, 'b'] }] }, [false, true, false, false]],
  [{ or: [{ '>': [revenue, 10] }, { '==': [code, ''] }] }, [true, false, true, false]],
])('%j', (json, expected) => {
  const rows: Features[] = [
    { revenue: 9, code: '' },
    { revenue: 10, code: 'ab' },
    { revenue: 10.5, code: 'b%' },
    { revenue: null, code: null },
  ];
  expect(rows.map(toPredicate(parseRule(json, COLUMNS)))).toEqual(expected);
});

test('a column that the row lacks is null, whatever objects inherit', () => {
  expect(holds({ '==': [{ var: 'revenue' }, null] }, {})).toBe(true);
  expect(holds({ missing: ['toString'] }, {})).toBe(true);
  expect(holds({ '!=': [{ var: 'toString' }, 'x'] }, {})).toBe(true);
  expect(holds({ '==': [{ var: 'revenue' }, { var: 'id' }] }, { revenue: null })).toBe(true);
});

test('NaN is equal to nothing and not null', () => {
  const row = { revenue: NaN };
  expect(holds({ '==': [{ var: 'revenue' }, { var: 'revenue' }] }, row)).toBe(false);
  expect(holds({ '!=': [{ var: 'revenue' }, 1] }, row)).toBe(true);
  expect(holds({ '>': [{ var: 'revenue' }, 1] }, row)).toBe(false);
  expect(holds({ missing: ['revenue'] }, row)).toBe(false);
});

test('a number may be the text that PostgreSQL writes for it', () => {
  expect(holds({ '==': [{ var: 'id' }, 2 ** 53] }, { id: '9007199254740993' })).toBe(true);
  expect(holds({ '<': [{ var: 'revenue' }, 1] }, { revenue: '-Infinity' })).toBe(true);
  expect(holds({ '<': [{ var: 'revenue' }, 1] }, { revenue: 'NaN' })).toBe(false);
});

test('a float4 is the same number with all its decimals and cut to nine', () => {
  const rule = { '==': [{ var: 'score' }, Math.fround(0.1)] };
  expect(holds(rule, { score: 0.1 })).toBe(true);
  expect(holds(rule, { score: Math.fround(0.1) })).toBe(true);
  expect(holds({ '==': [{ var: 'score' }, 0.1] }, { score: 0.1 })).toBe(false);
});

test('blanks that pad a char(n) do not count', () => {
  expect(holds({ '==': [{ var: 'code' }, 'AB'] }, { code: 'AB  ' })).toBe(true);
  expect(holds({ missing: 'code' }, { code: '    ' })).toBe(true);
});

test('times are instants, and the endless ones lie beyond all others', () => {
  const rule = { '>=': [{ var: 'seen' }, '2024-05-31T12:00:00.000001+02:00'] };
  expect(holds(rule, { seen: '2024-05-31T10:00:00.000001Z' })).toBe(true);
  expect(holds(rule, { seen: '2024-05-31T10:00:00Z' })).toBe(false);
  expect(holds(rule, { seen: 'infinity' })).toBe(true);
  expect(holds(rule, { seen: '+294276-12-31T00:00:00Z' })).toBe(true);
  expect(holds(rule, { seen: '-004713-01-01T00:00:00Z' })).toBe(false);
  const younger = { '<': [{ var: 'born' }, { var: 'seen' }] };
  expect(holds(younger, { born: '+5874897-12-31', seen: 'infinity' })).toBe(true);
  expect(holds(younger, { born: '-infinity', seen: '-004713-01-01T00:00:00Z' })).toBe(true);
});

test.each<[string, Features]>([
  ['revenue', { revenue: 'much' }],
  ['revenue', { revenue: '' }],
  ['revenue', { revenue: true }],
  ['code', { code: 5 }],
  ['active', { active: 't' }],
  ['born', { born: '31.05.2024' }],
  ['seen', { seen: 1700000000 }],
])('a value of another type than that of %s is no answer', (name, row) => {
  expect(() => holds({ '==': [{ var: name }, null] }, row)).toThrow(`The column "${name}"`);
});
