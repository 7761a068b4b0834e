import { AppError } from '@segcast/contracts';
import pg from 'pg';
import type { Warehouse } from './warehouse.ts';

/** The least values for the scores 2, 3, 4 and 5, from the worst to the best. */
export type Quintiles = [number, number, number, number];

/**
 * The bounds of the fifths of all customers by a column, `rising` where more is better. Equal values
 * stay together: a value lies where the middle of its customers does, so that bounds may coincide
 * and a fifth stay empty. A fifth that no value reaches begins at the next whole number beyond all.
 * Null when nobody has a finite value.
 *
 * @throws AppError `warehouse_invalid` when there is no such column of numbers.
 */
export async function readQuintiles(
  warehouse: Warehouse,
  column: string,
  order: 'rising' | 'falling',
): Promise<Quintiles | null> {
  const relation = await warehouse.relation();
  if (relation.columns.get(column)?.type !== 'number') {
    throw new AppError(
      'warehouse_invalid',
      `${relation.label} has no column ${column} of numbers to take quintiles of. Name others with the RFM_…_COLUMN variables.`,
    );
  }
  const sign = order === 'rising' ? 1 : -1;
  const [row] = await warehouse.query(
    `take the quintiles of ${column}`,
    quintilesSql(relation.sql, `${sign} * ${pg.escapeIdentifier(column)}::float8`),
  );
  const [best, ...bounds] = row ?? [];
  if (best === null || best === undefined) return null;
  const beyond = Math.floor(Number(best)) + 1;
  return bounds.map((bound) => sign * Number(bound ?? beyond)) as Quintiles;
}

/** `place` is twice the number of customers below the middle of those who share the value. */
function quintilesSql(relation: string, value: string): string {
  const bounds = [1, 2, 3, 4].map(
    (fifth) => `(min(value) FILTER (WHERE place * 5 >= ${fifth * 2} * total))::text`,
  );
  return `
    SELECT max(value)::text, ${bounds.join(', ')}
    FROM (
      SELECT value, 2 * sum(n) OVER (ORDER BY value) - n AS place, sum(n) OVER () AS total
      FROM (SELECT ${value} AS value, count(*) AS n FROM ${relation} GROUP BY 1) counted
      WHERE value > '-Infinity' AND value < 'Infinity'
    ) placed`;
}
