import { OFFER_IDS } from '@segcast/scoring';
import type pg from 'pg';
import { RELATION } from '../service/customers.ts';
import type { Networks } from './networks.ts';
import type { CustomerRow } from './peer.ts';

const TOLERANCE = 1e-5;
const ROWS = 500;

/**
 * Compares some of the predictions that a peer has kept with what the networks answer.
 * @throws Error naming the first that lies further away than a rounding
 */
export async function checkKept(peer: string, sql: pg.Pool, networks: Networks): Promise<void> {
  const { rows } = await sql.query<CustomerRow>(
    `SELECT * FROM ${RELATION} JOIN peers.predictions USING (customer_id)
     ORDER BY customer_id LIMIT ${ROWS}`,
  );
  if (rows.length === 0) throw new Error(`${peer} has kept nothing.`);
  const { churn, offers } = networks.predict(rows);
  rows.forEach((row, index) => {
    const expected = { churn_probability: churn[index]! } as Record<string, number>;
    OFFER_IDS.forEach((id, offer) => (expected[id] = offers[index]![offer]!));
    for (const [name, value] of Object.entries(expected)) {
      if (Math.abs(Number(row[name]) - value) <= TOLERANCE) continue;
      throw new Error(
        `${peer} has kept ${String(row[name])} as ${name} of ${row.customer_id}; it is ${value}.`,
      );
    }
  });
}
