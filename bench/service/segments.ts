import { parseRule, toSqlCondition } from '@segcast/rules';
import { openWarehouse, readColumns } from '@segcast/warehouse';
import { RELATION } from './customers.ts';
import type { Stage } from './stage.ts';

/** A segment and the query that reads exactly what a run of it needs. */
export interface BenchSegment {
  id: number;
  name: string;
  members: number;
  rules: unknown;
  /** The rule as Segcast gives it to the database. */
  condition: string;
}

/** A segment of about so large a share of the customers: those of the greatest revenue. */
export async function createShare(stage: Stage, share: number): Promise<BenchSegment> {
  if (share === 1) return await createEverybody(stage);
  const { bound } = await one<{ bound: number }>(
    stage,
    `SELECT percentile_disc($1::float8) WITHIN GROUP (ORDER BY total_revenue) AS bound
     FROM ${RELATION}`,
    [1 - share],
  );
  const rules = { '>=': [{ var: 'total_revenue' }, bound] };
  return await createSegment(stage, `The best ${100 * share} %`, rules);
}

/** A segment of all customers; several of them need names of their own. */
export async function createEverybody(stage: Stage, name = 'Everybody'): Promise<BenchSegment> {
  return await createSegment(stage, name, {});
}

/** A segment of exactly so many customers, those with the least ids. */
export async function createFirst(stage: Stage, members: number): Promise<BenchSegment> {
  const { last } = await one<{ last: string }>(
    stage,
    `SELECT customer_id AS last FROM ${RELATION} ORDER BY customer_id LIMIT 1 OFFSET $1`,
    [members - 1],
  );
  return await createSegment(stage, `${members} customers`, {
    '<=': [{ var: 'customer_id' }, last],
  });
}

async function createSegment(stage: Stage, name: string, rules: unknown): Promise<BenchSegment> {
  const { id } = await stage.api.createSegment(name, rules);
  const condition = await toCondition(stage, rules);
  const { members } = await one<{ members: number }>(
    stage,
    `SELECT count(*)::int AS members FROM ${RELATION} WHERE ${condition}`,
  );
  return { id, name, members, rules, condition };
}

async function one<Row extends object>(
  { sql }: Stage,
  text: string,
  values: unknown[] = [],
): Promise<Row> {
  return (await sql.query<Row>(text, values)).rows[0]!;
}

async function toCondition({ urls }: Stage, rules: unknown): Promise<string> {
  const warehouse = openWarehouse({
    url: urls.warehouseUrl,
    relation: RELATION,
    statementTimeoutMs: 60_000,
    poolMax: 1,
  });
  try {
    return toSqlCondition(parseRule(rules, await readColumns(warehouse)));
  } finally {
    await warehouse.close();
  }
}
