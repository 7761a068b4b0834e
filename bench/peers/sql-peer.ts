import { loadConfig } from '@segcast/runtime';
import { loadModels, OFFER_IDS } from '@segcast/scoring';
import pg from 'pg';
import { RELATION } from '../service/customers.ts';
import type { PeerSummary } from './peer-summary.ts';
import type { Peer } from './peer.ts';
import { rfmNames } from './rfm-names.ts';
import { toSqlNetwork } from './sql-networks.ts';

/** Everything in one statement inside PostgreSQL: the networks are generated arithmetic. */
export async function openSqlPeer(
  databaseUrl: string,
  condition: string,
  members: number,
): Promise<Peer> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const insert = await insertStatement(condition);
  return {
    name: 'SQL',
    about:
      'The networks as one generated SQL statement, `INSERT … SELECT` inside PostgreSQL, which computes each layer once per customer; the aggregates are queries on what it kept.',
    members,
    score: async () => {
      await client.query(insert);
      return await readSummary(client);
    },
    close: () => client.end(),
  };
}

const RAW = ['total_revenue', 'transaction_count', 'days_since_last_transaction'];

async function insertStatement(condition: string): Promise<string> {
  const models = await loadModels(loadConfig().scoring.modelsDir);
  const churn = toSqlNetwork(models.churn, 'c');
  const nbo = toSqlNetwork(models.nbo, 'n');
  let kept = ['customer_id', ...RAW];
  let query = `SELECT ${[...kept, ...churn.inputs, ...nbo.inputs].join(', ')} FROM ${RELATION} WHERE ${condition}`;
  for (let depth = 0; depth < nbo.layers.length; depth++) {
    const columns = [...(churn.layers[depth] ?? []), ...nbo.layers[depth]!];
    // OFFSET 0 keeps PostgreSQL from computing a layer again for each unit of the next.
    query = `SELECT ${[...kept, ...columns].join(', ')} FROM (${query} OFFSET 0) AS layer_${depth}`;
    if (depth + 1 === churn.layers.length) kept = [...kept, ...churn.outputs];
  }
  const names = Object.entries(rfmNames()).map(([code, name]) => `(${code}, '${name}')`);
  return `INSERT INTO peers.predictions
    SELECT customer_id, p, CASE WHEN p > 0.7::real THEN 'high' WHEN p > 0.4::real THEN 'medium' ELSE 'low' END,
      ${OFFER_IDS.join(', ')}, ${recommended()}, code, segment
    FROM (
      SELECT customer_id, ${churn.outputs[0]!}::real AS p,
        ${nbo.outputs.map((name, index) => `${name}::real AS ${OFFER_IDS[index]!}`).join(', ')},
        greatest(${nbo.outputs.join(', ')})::real AS best, ${rfmCode()} AS code
      FROM (${query} OFFSET 0) AS scored
      OFFSET 0
    ) AS predictions
    JOIN (VALUES ${names.join(', ')}) AS names (code, segment) USING (code)`;
}

function recommended(): string {
  return `CASE ${OFFER_IDS.map((id) => `WHEN ${id} = best THEN '${id}'`).join(' ')} END`;
}

function rfmCode(): string {
  const [monetary, frequency, recency] = RAW as [string, string, string];
  const reached = (column: string, bounds: number[]): string =>
    bounds.map((bound) => `(coalesce(${column}, 0) >= ${bound})::int`).join(' + ');
  const late = [30, 60, 90, 180].map((bound) => `(${recency} > ${bound})::int`).join(' + ');
  return `100 * (5 - coalesce(${late}, 4)) + 10 * (1 + ${reached(frequency, [2, 5, 10, 20])})
    + 1 + ${reached(monetary, [100, 200, 500, 1000])}`;
}

async function readSummary(client: pg.Client): Promise<PeerSummary> {
  const counts = async (column: string): Promise<Record<string, number>> => {
    const { rows } = await client.query<{ name: string; count: number }>(
      `SELECT ${column} AS name, count(*)::int AS count FROM peers.predictions GROUP BY 1`,
    );
    return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
  };
  const { rows } = await client.query<{ count: number; mean: number }>(
    'SELECT count(*)::int AS count, avg(churn_probability) AS mean FROM peers.predictions',
  );
  return {
    count: rows[0]!.count,
    churn: { high: 0, medium: 0, low: 0, ...(await counts('churn_risk')) },
    meanProbability: rows[0]!.mean,
    offers: await counts('recommended_offer'),
    rfm: await counts('rfm_segment'),
  };
}
