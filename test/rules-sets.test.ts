import { parseRule, RuleSet, toSqlCondition, wordsFor } from '@segcast/rules';
import { openWarehouse, streamMembers, type Warehouse } from '@segcast/warehouse';
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

const RULES = 60;
const ROWS = 70;
const RUNS = Number(process.env['RULE_SETS'] ?? 12);

let database: TestDatabase;
let client: pg.Client;
let warehouse: Warehouse;

beforeAll(async () => {
  database = await createEmptyDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query("SET TIME ZONE 'UTC'; SET DateStyle = 'ISO, YMD'");
  await createRuleTable(client);
  await client.query(
    'CREATE VIEW rule_customers AS SELECT row_number AS customer_id, r.* FROM rule_rows r',
  );
  warehouse = openWarehouse({
    url: database.url,
    relation: 'rule_customers',
    statementTimeoutMs: 60_000,
    poolMax: 1,
  });
});

afterAll(async () => {
  await Promise.all([client.end(), warehouse.close()]);
  await database.drop();
});

/** What the set says of each customer, by the customer's id and then by the rule. */
async function verdictsOf(set: RuleSet, batchSize: number): Promise<boolean[][]> {
  const verdicts: boolean[][] = [];
  await streamMembers(warehouse, {
    condition: 'TRUE',
    range: { lo: null, hi: null },
    columns: set.columns,
    expressions: set.expressions,
    batchSize,
    onBatch: (batch) => {
      const results = set.evaluate(batch);
      for (let row = 0; row < batch.size; row++) {
        const id = Buffer.from(
          batch.ids.subarray(batch.idOffsets[row], batch.idOffsets[row + 1]),
        ).toString();
        verdicts[Number(id)] = results.map((bits) => ((bits[row >> 5]! >> (row & 31)) & 1) === 1);
      }
      for (const bits of results) {
        const beyond = bits[wordsFor(batch.size) - 1]! >>> (batch.size & 31);
        if ((batch.size & 31) !== 0 && beyond !== 0) throw new Error('bits beyond the last row');
      }
    },
  });
  return verdicts;
}

const exactly = (length: number) => ({ minLength: length, maxLength: length });

test(`sets of rules agree with SQL on ${RUNS * RULES * ROWS} pairs of a rule and a row`, async () => {
  const seen = { held: 0, pairs: 0, inSql: 0, inMemory: 0 };
  const arbitrary = fc.record({
    rules: fc.array(ruleJson, exactly(RULES)),
    rows: fc.array(sqlRow, exactly(ROWS)),
    batchSize: fc.constantFrom(1, 7, 32, 33, 64, 100),
  });
  await fc.assert(
    fc.asyncProperty(arbitrary, async ({ rules, rows, batchSize }) => {
      const parsed = rules.map((json) => parseRule(json, RULE_COLUMNS));
      await writeRows(client, rows);
      const set = new RuleSet(parsed, batchSize);
      const expected = await evaluate(client, parsed.map(toSqlCondition));
      const verdicts = await verdictsOf(set, batchSize);
      expected.forEach((row, i) =>
        row.forEach((inSql, j) => {
          if (verdicts[i]?.[j] === inSql) return;
          throw new Error(`row ${i}: SQL says ${inSql} of ${toSqlCondition(parsed[j]!)}`);
        }),
      );
      seen.pairs += expected.flat().length;
      seen.held += expected.flat().filter(Boolean).length;
      seen.inSql += set.expressions.length;
      seen.inMemory += set.columns.length;
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
  expect(seen.held / seen.pairs).toBeGreaterThan(0.2);
  expect(seen.held / seen.pairs).toBeLessThan(0.8);
  expect(seen.inSql).toBeGreaterThan(RUNS);
  expect(seen.inMemory).toBeGreaterThan(RUNS);
});
