import pg from 'pg';
import { inputColumns } from '../measure/floor-query.ts';
import { RELATION } from '../service/customers.ts';
import type { Networks } from './networks.ts';
import type { CustomerRow, Peer } from './peer.ts';
import { toPrediction } from './prediction.ts';
import { createSummary } from './summarize.ts';

/** The way of the system before: a query and a `predict` for each customer, and nothing kept. */
export async function openOneByOnePeer(
  databaseUrl: string,
  ids: readonly string[],
  networks: Networks,
): Promise<Peer> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const list = ['customer_id', ...(await inputColumns())].join(', ');
  const text = `SELECT ${list} FROM ${RELATION} WHERE customer_id = $1`;
  return {
    name: 'one by one',
    about:
      'The old way: for each customer a query of the features (by pg, as one writes it without naming statements) and a `predict` of each network, one after the other, and nothing is kept.',
    members: ids.length,
    score: async () => {
      const summary = createSummary();
      for (const id of ids) {
        const { rows } = await client.query<CustomerRow>(text, [id]);
        const { churn, offers } = networks.predict(rows);
        summary.add(toPrediction(rows[0]!, churn[0]!, offers[0]!));
      }
      return summary.end();
    },
    close: () => client.end(),
  };
}
