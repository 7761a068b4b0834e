import { AppError, type FieldError } from '@segcast/contracts';
import { describe, expect, test } from 'vitest';

import { columnsOf } from './columns-of.ts';
import { parseRule } from './parse-rule.ts';
import type { RuleColumn } from './rule-columns.ts';

const COLUMNS = new Map<string, RuleColumn>(
  (
    [
      { name: 'total_revenue', type: 'number', sqlType: 'float8' },
      { name: 'days', type: 'number', sqlType: 'int4' },
      { name: 'country', type: 'string', sqlType: 'text' },
      { name: 'active', type: 'boolean', sqlType: 'bool' },
      { name: 'born', type: 'date', sqlType: 'date' },
      { name: 'seen', type: 'datetime', sqlType: 'timestamptz' },
      { name: 'price', type: 'number', sqlType: 'money' },
    ] as const
  ).map((column) => [column.name, column]),
);

function refusal(json: unknown, pointer = '/rules'): AppError {
  try {
    parseRule(json, COLUMNS, { pointer });
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(json)} was not refused`);
}

function faults(json: unknown): FieldError[] {
  return refusal(json, '').errors ?? [];
}

const revenue = { var: 'total_revenue' };

describe('a fault is told with its place', () => {
  test.each<[string, unknown, string, RegExp]>([
    [
      'an unknown column',
      { '>': [{ var: 'totl_revenue' }, 1] },
      '/>/0/var',
      /did you mean "total_revenue"\?/,
    ],
    [
      'a column unlike any',
      { '>': [{ var: ['zzz'] }, 1] },
      '/>/0/var/0',
      /GET \/dwh\/columns\/ lists/,
    ],
    [
      'an unknown operator',
      { startsWith: ['a', 'b'] },
      '/startsWith',
      /did you mean "starts_with"\?/,
    ],
    ['an operator unlike any', { 'a/b~c': [] }, '/a~1b~0c', /the operators are and or !/],
    ['an inherited name', { constructor: [] }, '/constructor', /no operator "constructor"/],
    ['a prototype', JSON.parse('{"__proto__": []}'), '/__proto__', /no operator "__proto__"/],
    ['a prototype as a column', { var: '__proto__' }, '/var', /no column "__proto__"/],
    [
      'two operators in one object',
      { and: [{ '!': true, '!!': true }] },
      '/and/0',
      /not 2 \("!", "!!"/,
    ],
    ['an empty condition', { or: [{}] }, '/or/0', /empty/],
    ['a list as a condition', { and: [[]] }, '/and/0', /Here stands a list/],
    ['null as a condition', { and: [null] }, '/and/0', /Here stands null/],
    ['a number as a rule', 17, '', /Here stands 17/],
    ['a text as a rule', 'apple', '', /Here stands "apple"/],
    ['nothing as a rule', undefined, '', /Here stands undefined/],
    ['a number column as a condition', { '!': revenue }, '/!/var', /not boolean/],
    ['too few arguments', { '==': [1] }, '/==', /takes 2 arguments, not 1/],
    ['too many arguments', { '<': [1, 2, 3, 4] }, '/<', /takes 2 to 3 arguments, not 4/],
    ['no argument', { '!': [] }, '/!', /takes 1 argument, not 0/],
    ['a numeral for a number', { '>': [revenue, '1000'] }, '/>/1', /write 1000, without quotes/],
    [
      'a text for a number',
      { '>': ['much', revenue] },
      '/>/0',
      /"much" cannot be compared with the column "total_revenue", which is a number\.$/,
    ],
    ['a number for a text', { '==': [{ var: 'country' }, 5] }, '/==/1', /write "5", in quotes/],
    ['a text for a boolean', { '==': [{ var: 'active' }, 'true'] }, '/==/1', /without quotes/],
    ['a number for a time', { '<': [{ var: 'seen' }, 1700000000] }, '/</1', /ISO 8601, such as/],
    ['no time', { '<': [{ var: 'seen' }, 'yesterday'] }, '/</1', /no time in ISO 8601: write/],
    ['no day', { '<=': ['2024-01-01', { var: 'born' }, '2024-02-30'] }, '/<=/2', /no such day/],
    ['a year out of range', { '<': [{ var: 'born' }, '+012024-01-01'] }, '/</1', /0001 to 9999/],
    [
      'columns of two types',
      { '==': [revenue, { var: 'country' }] },
      '/==/1',
      /"country", which is a text, cannot be compared with the column "total_revenue"/,
    ],
    [
      'constants of two types',
      { '===': [1, '1'] },
      '/===/1',
      /"1" cannot be compared with a number/,
    ],
    ['an order with null', { '>': [revenue, null] }, '/>/1', /greater or less than null/],
    [
      'a list in a comparison',
      { '==': [revenue, [1]] },
      '/==/1',
      /only be the second argument of "in"/,
    ],
    [
      'an operator in a comparison',
      { '==': [{ '+': [1, 2] }, revenue] },
      '/==/0',
      /Here stands \{"\+": …\}; only a column/,
    ],
    ['infinity', { '<': [revenue, JSON.parse('1e400')] }, '/</1', /Infinity; a double reaches/],
    ['U+0000', { '==': [{ var: 'country' }, 'a\0'] }, '/==/1', /U\+0000/],
    ['half a pair', { in: [{ var: 'country' }, ['a', '\ud83d']] }, '/in/1/1', /surrogate pair/],
    [
      'a default',
      { '==': [{ var: ['country', ''] }, 'x'] },
      '/==/0/var/1',
      /default value is not supported/,
    ],
    [
      'a name that is none',
      { '==': [{ var: 1 }, 'x'] },
      '/==/0/var',
      /Here stands 1; write the name/,
    ],
    ['an empty name', { '==': [{ var: '' }, 1] }, '/==/0/var', /write the name/],
    ['no name', { '==': [{ var: [] }, 1] }, '/==/0/var', /name of one column/],
    ['null in a list', { in: [revenue, [1, null]] }, '/in/1/1', /null is in no list/],
    ['null before a list', { in: [null, [1]] }, '/in/0', /null is in no list/],
    ['a mixed list', { in: [revenue, [1, 'a', 2]] }, '/in/1/1', /"a" cannot be compared/],
    [
      'a column in a list',
      { in: [revenue, [{ var: 'days' }]] },
      '/in/1/0',
      /Here stands an object; a constant is/,
    ],
    ['a part of a number', { in: ['1', revenue] }, '/in/1', /no text; only a text has parts/],
    [
      'a number as a part',
      { starts_with: [{ var: 'country' }, 1] },
      '/starts_with/1',
      /1 is no text/,
    ],
    [
      'an unknown missing column',
      { missing: ['days', 'dayz'] },
      '/missing/1',
      /did you mean "days"/,
    ],
    [
      'a missing column that is no name',
      { missing: [{ var: 'days' }] },
      '/missing/0',
      /write the name/,
    ],
    [
      'an SQL type that is not compared',
      { '>': [{ var: 'price' }, 1] },
      '/>/0/var',
      /SQL type money/,
    ],
    ['a list without rules', [{ '>': [revenue, 1] }], '/0', /each rule has the form/],
    [
      'a key of no meaning in a list',
      [{ name: 'a', rule: true, not: true }],
      '/0/not',
      /remove "not"/,
    ],
    [
      'a name that is no text',
      [{ name: [[]], rule: true }],
      '/0/name',
      /a list; the name of a rule/,
    ],
    ['a list in a list', [{ rule: [] }], '/0/rule', /Here stands a list/],
  ])('%s', (_, json, pointer, detail) => {
    expect(faults(json)).toEqual([{ pointer, detail: expect.stringMatching(detail) as string }]);
  });

  test('all of them at once, below the pointer of the rule', () => {
    const error = refusal({ and: [{ '>': [{ var: 'x' }, 1] }, { or: [{ foo: 1 }, 5] }] });
    expect(error.code).toBe('invalid_rule');
    expect(error.message).toMatch(
      /^The rule is not valid: at "\/rules\/and\/0\/>\/0\/var": There is no column "x".*\(and 2 more: see "errors"\)$/,
    );
    expect(error.errors?.map(({ pointer }) => pointer)).toEqual([
      '/rules/and/0/>/0/var',
      '/rules/and/1/or/0/foo',
      '/rules/and/1/or/1',
    ]);
  });

  test('at most twenty, and a long name neither in full nor in the pointer', () => {
    const name = 'x'.repeat(1_000_000);
    const error = refusal({ and: Array.from({ length: 1000 }, () => ({ [name]: 1 })) });
    expect(error.errors).toHaveLength(20);
    expect(error.errors?.[0]?.pointer).toBe('/rules/and/0');
    expect(JSON.stringify(error.errors).length).toBeLessThan(10_000);
  });
});

describe('size', () => {
  function nested(depth: number): unknown {
    let rule: unknown = { '>': [revenue, 1] };
    for (let i = 1; i < depth; i++) rule = { '!': [rule] };
    return rule;
  }

  test('fifty operators deep is the most', () => {
    expect(parseRule(nested(50), COLUMNS).kind).toBe('not');
    expect(faults(nested(51))).toEqual([
      { pointer: `${'/!/0'.repeat(50)}/>`, detail: expect.stringMatching(/50 deep/) as string },
    ]);
  });

  test.each([1_000, 100_000])('%i deep is refused', (depth) => {
    expect(faults(nested(depth))).toHaveLength(1);
    let list: unknown = [];
    for (let i = 0; i < depth; i++) list = [list];
    expect(faults(list)).toHaveLength(1);
    expect(faults({ in: [revenue, list] })).toHaveLength(1);
    expect(faults({ '==': [revenue, nested(depth)] })).toHaveLength(1);
    expect(faults({ var: nested(depth) })).toHaveLength(1);
  });

  test('five thousand operators, columns and constants are the most', () => {
    const members = Array.from({ length: 4_998 }, (_, i) => i);
    expect(parseRule({ in: [revenue, members] }, COLUMNS).kind).toBe('member');
    const [fault, ...others] = faults({ in: [revenue, [...members, 0]] });
    expect([fault?.pointer, others]).toEqual(['/in/1/4998', []]);
    expect(fault?.detail).toMatch(/more than 5000/);
  });

  test('a million conditions are refused', () => {
    const error = refusal({ or: Array.from({ length: 1_000_000 }, () => true) });
    expect(error.errors?.map(({ pointer }) => pointer)).toEqual(['/rules/or']);
  });
});

describe('meaning', () => {
  test.each([[null], [{}], [true]])('%j is everyone', (json) => {
    expect(parseRule(json, COLUMNS)).toEqual({ kind: 'constant', value: true });
  });

  test('a list of the old form is the and of its rules', () => {
    const rule = { '!': { var: 'active' } };
    const list = [{ name: 'a', rule }, { name: 'b', rule: {} }, { rule: null }];
    expect(parseRule(list, COLUMNS)).toEqual(parseRule({ and: [rule, true, true] }, COLUMNS));
    expect(parseRule([], COLUMNS)).toEqual({ kind: 'and', rules: [] });
  });

  test('a single argument may stand without its list', () => {
    const rule = { var: 'active' };
    for (const name of ['!', '!!', 'and', 'or']) {
      expect(parseRule({ [name]: rule }, COLUMNS)).toEqual(parseRule({ [name]: [rule] }, COLUMNS));
    }
    expect(parseRule({ missing: 'days' }, COLUMNS)).toEqual(
      parseRule({ missing: ['days'] }, COLUMNS),
    );
  });

  test('a constant before the column turns the comparison round', () => {
    for (const [before, after] of ['< >', '<= >=', '> <', '>= <=', '== =='].map((pair) =>
      pair.split(' '),
    )) {
      expect(parseRule({ [before!]: [5, revenue] }, COLUMNS)).toEqual(
        parseRule({ [after!]: [revenue, 5] }, COLUMNS),
      );
    }
  });

  test('the columns read are listed once each', () => {
    const rule = {
      and: [
        { '<': [1, revenue, { var: 'days' }] },
        { in: [{ var: 'country' }, 'DE'] },
        { '!': [{ '==': [{ var: 'seen' }, null] }] },
        { or: [{ var: 'active' }, { in: [revenue, [1, 2]] }, { missing: ['born'] }] },
        true,
      ],
    };
    expect(columnsOf(parseRule(rule, COLUMNS))).toEqual([
      'active',
      'born',
      'country',
      'days',
      'seen',
      'total_revenue',
    ]);
    expect(columnsOf(parseRule({}, COLUMNS))).toEqual([]);
  });
});
