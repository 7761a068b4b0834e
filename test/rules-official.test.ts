import { readFileSync } from 'node:fs';

import type { AppError, Features } from '@segcast/contracts';
import { parseRule, type RuleColumn, toPredicate, toSqlCondition } from '@segcast/rules';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createEmptyDatabase, sharedFile, type TestDatabase } from './support/services.ts';

type Case = [rule: unknown, data: unknown, expected: unknown];

interface Exclusion {
  reason: string;
  /** What `parseRule` says of each of the cases. */
  refusal: RegExp;
  cases: number[];
}

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** The official cases, by their place in the file, that are not in our subset of JsonLogic. */
const EXCLUDED: Exclusion[] = [
  {
    reason: 'the operator makes a value or walks a list: ?: cat % max min + * - / substr',
    refusal: /^There is no operator/,
    cases: [68, 69, ...range(74, 113), 189],
  },
  {
    reason: 'the operator makes a value or walks a list: merge if',
    refusal: /^There is no operator/,
    cases: [...range(114, 137), ...range(140, 145), ...range(162, 182), 184, 237, 238],
  },
  {
    reason: 'the operator walks a list: missing_some filter map reduce all none some',
    refusal: /^There is no operator/,
    cases: [...range(228, 236), ...range(241, 277)],
  },
  {
    reason: 'an operator computes an operand or a name; those are columns and constants here',
    refusal: /only a column|write the name of a column/,
    cases: [139, 205, 239, 240],
  },
  {
    reason: 'the rule is a value; a rule is a condition here',
    refusal: /a condition is an operator|each rule has the form|no condition by itself/,
    cases: [2, 3, 4, 6, 183, ...range(190, 195), 198, 199, ...range(207, 209)],
  },
  {
    reason: 'a number, text or list stands for true or false; only booleans do here',
    refusal: /a condition is an operator/,
    cases: [44, 45, ...range(54, 56), ...range(65, 67), ...range(146, 161)],
  },
  {
    reason: 'values of two types are compared; nothing is coerced here',
    refusal: /cannot be compared with/,
    cases: [8, 11, 15, 18, 22, 26, 30, 37, 138],
  },
  {
    reason: 'var has a default value; rules ask for null with == here',
    refusal: /^A default value is not supported/,
    cases: [196, 197, 200],
  },
  {
    reason: 'var reads a list, or the data as a whole; customers have named columns here',
    refusal: /no column|write the name of a column|takes the name of one column/,
    cases: [201, 202, 203, 210, 211, 212],
  },
];

/** A null rule is a value in JsonLogic; here it matches every customer. */
const NULL_RULE = 5;

const reasonOf = new Map(EXCLUDED.flatMap((each) => each.cases.map((n) => [n, each] as const)));

const path = sharedFile('data/jsonlogic/tests.json');
const cases = path
  ? (JSON.parse(readFileSync(path, 'utf8')) as unknown[]).filter((each) => Array.isArray(each))
  : [];

/** A customer from a case's data: a value inside objects is a column named by its path. */
function featuresOf(data: unknown, prefix = ''): Features {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return {};
  const entries = Object.entries(data).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'object'
      ? Object.entries(featuresOf(value, `${prefix}${key}.`))
      : [[`${prefix}${key}`, value as Features[string]] as const],
  );
  return Object.fromEntries(entries);
}

const COLUMN_TYPES = {
  number: { type: 'number', sqlType: 'float8' },
  string: { type: 'string', sqlType: 'text' },
  boolean: { type: 'boolean', sqlType: 'bool' },
} as const;

/** Columns for the data, and text columns that are null for the names that only the rule has. */
function columnsFor(rule: unknown, features: Features): Map<string, RuleColumn> {
  const names = [...JSON.stringify(rule).matchAll(/"([a-z.]+)"/g)].map(([, name]) => name!);
  return new Map(
    [...new Set([...Object.keys(features), ...names])].map((name) => {
      const type = typeof (features[name] ?? '') as keyof typeof COLUMN_TYPES;
      return [name, { name, ...COLUMN_TYPES[type] }];
    }),
  );
}

function parse([rule, data]: Case) {
  return parseRule(rule, columnsFor(rule, featuresOf(data)));
}

/** JsonLogic's truth, by which a list of missing names is a condition. */
function isTruthy(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

describe.skipIf(cases.length === 0)('the official JsonLogic cases', () => {
  let database: TestDatabase;
  let client: pg.Client;

  beforeAll(async () => {
    database = await createEmptyDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  });

  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  async function evaluate([rule, data]: Case): Promise<boolean | null | undefined> {
    const features = featuresOf(data);
    const columns = [...columnsFor(rule, features).values()];
    const values = columns.map(({ name, sqlType }, i) => {
      return `$${i + 1}::${sqlType} AS ${pg.escapeIdentifier(name)}`;
    });
    const { rows } = await client.query<{ verdict: boolean | null }>(
      `SELECT ${toSqlCondition(parse([rule, data, null]))} AS verdict FROM (SELECT ${values.join(', ')}) AS data`,
      columns.map(({ name }) => features[name] ?? null),
    );
    return rows[0]?.verdict;
  }

  test('are 278, each excluded at most once', () => {
    expect(cases).toHaveLength(278);
    expect(EXCLUDED.flatMap((each) => each.cases)).toHaveLength(reasonOf.size);
  });

  test('a null rule matches everyone', async () => {
    const nothing = cases[NULL_RULE] as Case;
    expect(nothing[0]).toBeNull();
    expect(toPredicate(parse(nothing))({})).toBe(true);
    expect(await evaluate(nothing)).toBe(true);
  });

  const others = cases.map((each, n) => [n, JSON.stringify(each), each as Case] as const);

  test.each(others.toSpliced(NULL_RULE, 1))('%i: %s', async (n, _, official) => {
    const exclusion = reasonOf.get(n);
    if (exclusion) {
      expect(faultOf(official)).toMatch(exclusion.refusal);
      return;
    }
    const [, data, expected] = official;
    expect(toPredicate(parse(official))(featuresOf(data))).toBe(isTruthy(expected));
    expect(await evaluate(official)).toBe(isTruthy(expected));
  });
});

function faultOf(official: Case): string | undefined {
  try {
    parse(official);
  } catch (error) {
    return (error as AppError).errors?.[0]?.detail;
  }
  return undefined;
}
