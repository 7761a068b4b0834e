import type { Features } from '@segcast/contracts';
import { parseRule, toPredicate, toSqlCondition } from '@segcast/rules';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { ruleJson } from './support/rule-arbitraries.ts';
import {
  createRuleTable,
  evaluate,
  RULE_COLUMNS,
  sqlRow,
  writeRows,
} from './support/rule-table.ts';
import { createEmptyDatabase, type TestDatabase } from './support/services.ts';

const RULES = 25;
const ROWS = 40;
const PAIRS = Number(process.env.RULE_PAIRS ?? 60_000);
const SEED = process.env.RULE_SEED ? { seed: Number(process.env.RULE_SEED) } : {};
const RUNS = Math.ceil(PAIRS / (RULES * ROWS));

let database: TestDatabase;
/** Writes and reads rows back in UTC; `hostile` evaluates under settings that must not matter. */
let plain: pg.Client;
let hostile: pg.Client;

beforeAll(async () => {
  database = await createEmptyDatabase();
  plain = await connect("SET TIME ZONE 'UTC'; SET DateStyle = 'ISO, YMD'");
  hostile = await connect("SET TIME ZONE 'Asia/Kathmandu'; SET DateStyle = 'SQL, DMY'");
  await createRuleTable(plain);
});

afterAll(async () => {
  await Promise.all([plain.end(), hostile.end()]);
  await database.drop();
});

async function connect(settings: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(settings);
  return client;
}

/** A row with the numbers that JSON has no words for. */
function shown(row: Features): string {
  return Object.entries(row)
    .map(([name, value]) => `${name}: ${typeof value === 'number' ? value : JSON.stringify(value)}`)
    .join(', ');
}

const exactly = (length: number) => ({ minLength: length, maxLength: length });

test(`SQL and predicate agree on ${RUNS * RULES * ROWS} pairs of a rule and a row`, async () => {
  const seen = { pairs: 0, held: 0, operators: new Set<string>() };
  const batch = fc.record({
    rules: fc.array(ruleJson, exactly(RULES)),
    rows: fc.array(sqlRow, exactly(ROWS)),
    escapes: fc.constantFrom('on', 'off'),
  });
  const result = await fc.check(
    fc.asyncProperty(batch, async ({ rules, rows, escapes }) => {
      const parsed = rules.map((json) => parseRule(json, RULE_COLUMNS));
      const predicates = parsed.map(toPredicate);
      const features = await writeRows(plain, rows);
      await hostile.query(`SET standard_conforming_strings = ${escapes}`);
      const verdicts = await evaluate(hostile, parsed.map(toSqlCondition));
      features.forEach((row, i) =>
        predicates.forEach((holds, j) => {
          const inSql = verdicts[i]?.[j];
          if (holds(row) === inSql) return;
          const sql = toSqlCondition(parsed[j]!);
          throw new Error(
            `SQL says ${inSql} of ${JSON.stringify(rules[j])}\n${sql}\n${shown(row)}`,
          );
        }),
      );
      seen.pairs += verdicts.flat().length;
      seen.held += verdicts.flat().filter(Boolean).length;
      for (const [, name] of JSON.stringify(rules).matchAll(/\{"([a-z_]+|[<>=!]+)":/g)) {
        seen.operators.add(name!);
      }
    }),
    { numRuns: RUNS, ...SEED },
  );
  // The counterexample itself, a whole batch, would bury the one pair that the error tells of.
  if (result.failed) throw new Error(`RULE_SEED=${result.seed}`, { cause: result.errorInstance });
  expect(seen.pairs).toBeGreaterThanOrEqual(Math.max(10_000, PAIRS));
  expect(seen.held / seen.pairs).toBeGreaterThan(0.2);
  expect(seen.held / seen.pairs).toBeLessThan(0.8);
  expect([...seen.operators].sort()).toEqual(
    expect.arrayContaining(
      'and or ! !! > < >= <= == != === !== in var starts_with ends_with missing'.split(' '),
    ),
  );
}, 3_600_000);
