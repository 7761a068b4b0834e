import { RELATION } from './customers.ts';
import type { Stage } from './stage.ts';

/** Columns that rules of segments are about. */
const COLUMNS = [
  'total_revenue',
  'transaction_count',
  'days_since_last_transaction',
  'avg_transaction_value',
  'customer_age_days',
  'monthly_revenue',
  'product_count',
  'engagement_score',
];
const STEPS = 20;
const SEED = 12345;

/** So many segments of two or three comparisons each, which overlap; their ids. */
export async function createManySegments(stage: Stage, count: number): Promise<number[]> {
  const bounds = await readBounds(stage);
  const random = createRandom();
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const comparison = (): unknown => {
    const column = pick(COLUMNS);
    return { [pick(['>=', '<'])]: [{ var: column }, pick(bounds.get(column)!)] };
  };
  const ids: number[] = [];
  for (let number = 1; number <= count; number++) {
    const parts = Array.from({ length: 2 + (number % 2) }, comparison);
    const rules = { [pick(['and', 'or'])]: parts };
    ids.push((await stage.api.createSegment(`Segment ${number}`, rules)).id);
  }
  return ids;
}

/** Makes exactly these segments active. */
export async function activateOnly({ sql }: Stage, ids: readonly number[]): Promise<void> {
  await sql.query('UPDATE segcast.segments SET is_active = (id = ANY($1))', [ids]);
}

/** Twentieths of each column's distribution. */
async function readBounds({ sql }: Stage): Promise<Map<string, number[]>> {
  const shares = Array.from({ length: STEPS - 1 }, (_, step) => (step + 1) / STEPS);
  const bounds = COLUMNS.map(
    (column) =>
      `percentile_disc($1::float8[]) WITHIN GROUP (ORDER BY ${column}::float8) AS ${column}`,
  );
  const { rows } = await sql.query<Record<string, number[]>>(
    `SELECT ${bounds.join(', ')} FROM ${RELATION}`,
    [shares],
  );
  return new Map(COLUMNS.map((column) => [column, [...new Set(rows[0]![column])]]));
}

/** Numbers from 0 to 1, the same each time: mulberry32. */
function createRandom(): () => number {
  let state = SEED;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
