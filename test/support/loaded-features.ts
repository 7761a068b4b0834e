import pg from 'pg';

export const RELATION = 'customer_features_view';

/** Rows of one statement on a connection of its own. */
export async function queryRows<T extends pg.QueryResultRow>(
  url: string,
  sql: string,
): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** A hash over every value of every customer's features, in the order of ids. */
export async function featuresHash(url: string): Promise<string> {
  const [row] = await queryRows<{ hash: string }>(
    url,
    `SELECT md5(string_agg(f::text, E'\\n' ORDER BY customer_id COLLATE "C")) AS hash
       FROM ${RELATION} f`,
  );
  return row!.hash;
}
