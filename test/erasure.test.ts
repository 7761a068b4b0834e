import type { FailureItem, ResultItem, Run } from '@segcast/contracts';
import { sweep } from '@segcast/runs';
import { CUSTOMER_ARRAYS, eraseCustomer } from '@segcast/store';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApiServer, type ApiServer } from './support/api-server.ts';
import { customersSql, type RunService } from './support/run-service.ts';
import { until } from './support/until.ts';

let api: ApiServer;
let service: RunService;
beforeAll(async () => {
  api = await startApiServer({ customers: customersSql(1000, { broken: 5 }) });
  ({ service } = api);
});
afterAll(() => api.close());

const idOf = (n: number) => `C${String(n).padStart(6, '0')}`;
const erase = (id: string) => api.call('DELETE', `/customers/${id}/predictions/`);

/** The tables of Segcast's own that have the id anywhere in a row. */
async function tablesThatName(id: string): Promise<string[]> {
  const tables = await service.sql<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c
     WHERE c.relnamespace = 'segcast'::regnamespace AND c.relkind IN ('r', 'v')`,
  );
  const naming: string[] = [];
  for (const { name } of tables) {
    const rows = await service.sql(`SELECT FROM ${name} t WHERE strpos(t::text, $1) > 0 LIMIT 1`, [
      id,
    ]);
    if (rows.length > 0) naming.push(name);
  }
  return naming;
}

async function pagesOf<T>(path: string): Promise<T[]> {
  const all: T[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const { body } = await api.call('GET', `${path}?limit=300${cursor && `&cursor=${cursor}`}`);
    const page = body as { results: T[]; next_cursor: string | null };
    all.push(...page.results);
    cursor = page.next_cursor;
  }
  return all;
}
const resultsOf = (runId: string) => pagesOf<ResultItem>(`/ml/runs/${runId}/results/`);
const failuresOf = (runId: string) => pagesOf<FailureItem>(`/ml/runs/${runId}/errors/`);

describe('an erased customer', () => {
  it('is in no route, table or view any more; everybody else and the statistics stay', async () => {
    const segment = await service.segment();
    const runs = [await service.plan(segment), await service.plan(segment, 'churn')];
    for (const runId of runs) await service.finish(runId);
    const before = await Promise.all(runs.map(resultsOf));
    const stats = await Promise.all(
      runs.map(async (id) => (await api.call('GET', `/ml/runs/${id}/`)).body as Run),
    );
    // The first and the last of a chunk, one between, and one who failed.
    const erased = [before[0]![0]!.customer_id, idOf(400), idOf(1000), idOf(3)];
    for (const id of erased) {
      expect(await tablesThatName(id)).not.toEqual([]);
      expect((await erase(id)).status).toBe(204);
    }
    await sweep(service.sweepDeps);

    for (const id of erased) expect(await tablesThatName(id)).toEqual([]);
    for (const [i, runId] of runs.entries()) {
      const rest = before[i]!.filter(({ customer_id }) => !erased.includes(customer_id));
      expect(await resultsOf(runId)).toEqual(rest);
      const failed = (await failuresOf(runId)).map(({ customer_id }) => customer_id);
      expect(failed).toEqual([1, 2, 4, 5].map(idOf));
      const run = (await api.call('GET', `/ml/runs/${runId}/`)).body as Run;
      const { aggregated_stats, successful, failed: failures } = stats[i]!;
      expect(run).toMatchObject({ aggregated_stats, successful, failed: failures });
      expect(run.results).toEqual(rest.slice(0, run.results.length));
    }
  });

  it('may be erased again, and one who was never there too', async () => {
    expect((await erase(idOf(400))).status).toBe(204);
    expect((await erase("nobody's id")).status).toBe(204);
  });

  // Pruning would pass over customers, or look into chunks for nobody, with digests that are wrong.
  it.each([0, 16, -1])(
    'leaves a chunk as if its customer at %i had never been scored',
    async (place) => {
      const rule = { '==': [{ var: 'country' }, 'GB'] };
      const probe = await service.plan(await service.segment(rule));
      await service.finish(probe);
      const { customer_id: id } = (await resultsOf(probe)).at(place)!;
      const others = { and: [rule, { '!=': [{ var: 'customer_id' }, id] }] };
      const never = await service.plan(await service.segment(others));
      await service.finish(never);
      await erase(id);
      const chunksOf = (runId: string) =>
        service.sql(
          `SELECT to_jsonb(c) - 'run_id' AS chunk FROM segcast.prediction_chunks c
         WHERE run_id = $1 ORDER BY shard, chunk`,
          [runId],
        );
      const chunks = await chunksOf(probe);
      expect(chunks).toHaveLength(1);
      expect(chunks).toEqual(await chunksOf(never));
    },
  );

  it('takes a chunk with them that held nobody else', async () => {
    const segment = await service.segment({ '==': [{ var: 'customer_id' }, idOf(700)] });
    const runId = await service.plan(segment);
    await service.finish(runId);
    expect(await resultsOf(runId)).toHaveLength(1);
    await erase(idOf(700));
    expect(await resultsOf(runId)).toEqual([]);
    const chunks = await service.sql('SELECT FROM segcast.prediction_chunks WHERE run_id = $1', [
      runId,
    ]);
    expect(chunks).toEqual([]);
  });
});

describe('a run under way', () => {
  it('does not bring an erased customer back, and is forgotten with the erasure', async () => {
    const runId = await service.plan(await service.segment());
    const shards = await service.shards(runId);
    expect(shards.length).toBeGreaterThan(1);
    await service.finish(runId, [shards[0]!]);
    for (const id of [idOf(20), idOf(999), idOf(4)]) await erase(id);
    await sweep(service.sweepDeps);
    expect(await tablesThatName(idOf(20))).toContain('segcast.erasures');

    const run = await service.finish(runId, shards.slice(1));
    expect(run.status).toBe('succeeded');
    const ids = (await resultsOf(runId)).map(({ customer_id }) => customer_id);
    expect(ids).toHaveLength(run.successful - 2);
    await sweep(service.sweepDeps);
    for (const id of [idOf(20), idOf(999), idOf(4)]) expect(await tablesThatName(id)).toEqual([]);
  });

  it('that is submitted after the erasure scores whom it finds', async () => {
    await erase(idOf(600));
    const runId = await service.plan(await service.segment());
    await service.finish(runId);
    const ids = (await resultsOf(runId)).map(({ customer_id }) => customer_id);
    expect(ids).toContain(idOf(600));
  });

  // Without the lock neither sees what the other has not committed, and the customer stays.
  it('that keeps a shard at this very moment makes the erasure wait', async () => {
    const runId = await service.plan(await service.segment());
    const shards = await service.shards(runId);
    await service.finish(runId, shards.slice(0, -1));
    const holder = new pg.Client({ connectionString: service.url });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM segcast.runs WHERE id = $1 FOR NO KEY UPDATE', [runId]);
    const waiting = (count: number, text: string) =>
      until(`${count} wait for: ${text}`, async () => {
        const rows = await service.sql(
          `SELECT FROM pg_stat_activity WHERE datname = current_database()
             AND wait_event_type = 'Lock' AND strpos(query, $1) > 0`,
          [text],
        );
        return rows.length === count;
      });
    const last = shards.at(-1)!;
    const finishing = service.finish(runId, [last]);
    await waiting(1, 'SELECT status FROM segcast.runs');
    const ofLast = await service.sql<{ lo: string }>(
      'SELECT lo FROM segcast.run_shards WHERE run_id = $1 AND shard = $2',
      [runId, last],
    );
    const id = idOf(Number(ofLast[0]!.lo.slice(1)) + 3);
    const erasing = eraseCustomer(service.store, id);
    await waiting(1, 'pg_advisory_xact_lock');
    await holder.query('COMMIT');
    await holder.end();
    await Promise.all([finishing, erasing]);
    await sweep(service.sweepDeps);
    expect(await tablesThatName(id)).toEqual([]);
    expect(await resultsOf(runId)).not.toEqual([]);
  });
});

// A new column with a value per customer must be rewritten too: add it to CUSTOMER_ARRAYS.
it('knows every array of a chunk', async () => {
  const columns = await service.sql<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute
     WHERE attrelid = 'segcast.prediction_chunks'::regclass AND attnum > 0 AND NOT attisdropped
       AND (attndims > 0 OR atttypid = 'bytea'::regtype)`,
  );
  const known = [...CUSTOMER_ARRAYS, 'recommended_offers', 'rfm_codes', 'segments', 'memberships'];
  expect(columns.map(({ name }) => name).sort()).toEqual(known.sort());
});
