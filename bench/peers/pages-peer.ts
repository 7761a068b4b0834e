import knex from 'knex';
import pg from 'pg';
import Cursor from 'pg-cursor';
import type { Networks } from './networks.ts';
import type { CustomerRow, Peer } from './peer.ts';
import { toPrediction } from './prediction.ts';
import { createSummary } from './summarize.ts';

/** Of 1,000, 5,000 and 20,000 the fastest here. */
const PAGE = 5000;
/** PostgreSQL takes 65,535 parameters in a statement; more rows at once are no faster. */
const ROWS_PER_INSERT = 1000;

/** What a competent developer writes: pages by a cursor, a `predict` per page, batch inserts. */
export async function openPagesPeer(
  databaseUrl: string,
  query: string,
  members: number,
  networks: Networks,
): Promise<Peer> {
  const reader = new pg.Client({ connectionString: databaseUrl });
  await reader.connect();
  const writer = knex({ client: 'pg', connection: databaseUrl });
  return {
    name: 'pages',
    about: `A competent developer's version in Node.js: pages of ${PAGE} customers by pg-cursor, one \`predict\` of TensorFlow.js per page and network (\`batchSize\` set), knex \`batchInsert\` of a row per prediction, one transaction.`,
    members,
    score: async () => {
      const summary = createSummary();
      await writer.transaction(async (transaction) => {
        const cursor = reader.query(new Cursor<CustomerRow>(query));
        for (;;) {
          const rows = await cursor.read(PAGE);
          if (rows.length === 0) break;
          const { churn, offers } = networks.predict(rows);
          const predictions = rows.map((row, i) => toPrediction(row, churn[i]!, offers[i]!));
          await transaction.batchInsert('peers.predictions', predictions, ROWS_PER_INSERT);
          predictions.forEach(summary.add);
        }
        await cursor.close();
      });
      return summary.end();
    },
    close: async () => {
      await writer.destroy();
      await reader.end();
    },
  };
}
