import { AppError } from '@segcast/contracts';
import {
  createSegment,
  deleteSegment,
  listActiveSegments,
  listSegments,
  migrateStore,
  openStore,
  readSegment,
  recordMemberCount,
  updateSegment,
  whileOnlySweeper,
  type NewSegment,
  type Store,
} from '@segcast/store';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createRunService, type RunService } from './support/run-service.ts';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from './support/services.ts';

function draft(name: string, more: Partial<NewSegment> = {}): NewSegment {
  return { name, description: '', rules: {}, isActive: true, churnThresholds: null, ...more };
}

async function execute(url: string, text: string): Promise<pg.QueryResultRow[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<pg.QueryResultRow>(text)).rows;
  } finally {
    await client.end();
  }
}

describe('migrations', () => {
  // Without the advisory lock the second process fails on what the first is creating.
  it('are applied once by any number of processes at once', async () => {
    const database = await createEmptyDatabase();
    await Promise.all(Array.from({ length: 4 }, () => migrateStore(database.url)));
    await migrateStore(database.url);
    const names = await execute(database.url, 'SELECT name FROM segcast.migrations ORDER BY id');
    const numbers = names.map(({ name }) => String(name).slice(0, 4));
    expect(numbers.slice(0, 3)).toEqual(['0001', '0002', '0003']);
    expect(numbers).toEqual([...new Set(numbers)].sort());
    await database.drop();
  });

  it('go on after a process was killed in the middle of them', async () => {
    const database = await createEmptyDatabase();
    await migrateStore(database.url);
    await execute(database.url, 'UPDATE segcast.migrations_lock SET is_locked = 1');
    await migrateStore(database.url);
    await database.drop();
  });

  it('say that the database is away when it is', async () => {
    await expect(migrateStore('postgres://nobody@127.0.0.1:1/none')).rejects.toMatchObject({
      code: 'store_unavailable',
      retryable: true,
    });
  });
});

describe('a store', () => {
  let database: TestDatabase;
  let store: Store;
  beforeAll(async () => {
    database = await createTestDatabase();
    store = openStore({ url: database.url, poolMax: 4 });
  });
  afterAll(async () => {
    await store.close();
    await database.drop();
  });

  it('says that the database is away when it is', async () => {
    const away = openStore({ url: 'postgres://nobody@127.0.0.1:1/none', poolMax: 1 });
    await expect(away.ping()).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(readSegment(away, 1)).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(deleteSegment(away, 1)).rejects.toMatchObject({ code: 'store_unavailable' });
    await away.close();
  });

  // Without a listener on connections in use, one that breaks takes the whole process with it.
  it('survives the loss of a connection that was in use but not asking', async () => {
    const sweeping = whileOnlySweeper(store, async () => {
      await execute(
        database.url,
        `SELECT pg_terminate_backend(pid) FROM pg_locks
         WHERE locktype = 'advisory' AND database =
           (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      await store.ping();
    });
    await expect(sweeping).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await whileOnlySweeper(store, () => Promise.resolve())).toBe(true);
  });

  it('survives the loss of its connections and says so to who was using one', async () => {
    const asking = store.rows('SELECT pg_sleep(60)');
    const composing = Promise.resolve(store.knex.raw('SELECT pg_sleep(60)'));
    const outcomes = Promise.allSettled([asking, composing]);
    const killed = new Set<unknown>();
    while (killed.size < 2) {
      const rows = await execute(
        database.url,
        `SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE query LIKE 'SELECT pg_sleep%' AND datname = current_database()
           AND application_name = 'segcast'`,
      );
      for (const { pid } of rows as { pid: number }[]) killed.add(pid);
    }
    const [asked, composed] = await outcomes;
    expect(asked).toMatchObject({ reason: { code: 'store_unavailable' } });
    expect(composed.status).toBe('rejected');
    // The pool may hand out a connection whose end it has not heard of yet.
    await vi.waitFor(() => store.ping());
  });

  it('lets no writer hold its locks for ever', async () => {
    const [row] = await store.rows(
      `SELECT current_setting('lock_timeout') AS lock,
         current_setting('idle_in_transaction_session_timeout') AS idle`,
    );
    expect(row).toEqual({ lock: '30s', idle: '30s' });
  });

  it('keeps segments as they were written', async () => {
    const rules = { and: [{ z: 1, a: [1.5, null] }, { 'Ünï"\\': '💶' }] };
    const written = draft('Kept', {
      description: "It's a description",
      rules,
      churnThresholds: { high: 0.9, medium: 0.2 },
      isActive: false,
    });
    const created = await createSegment(store, written);
    expect(created).toMatchObject({ ...written, version: 1, memberCount: null });
    expect(JSON.stringify(created.rules)).toBe(JSON.stringify(rules));
    expect(await readSegment(store, created.id)).toEqual(created);
    for (const each of [null, true, false, [], [{ name: 'n', rule: {} }]]) {
      const { id } = await createSegment(store, draft(JSON.stringify(each), { rules: each }));
      expect((await readSegment(store, id)).rules).toEqual(each);
    }
  });

  it('refuses a name that is taken', async () => {
    const first = await createSegment(store, draft('Taken'));
    const second = await createSegment(store, draft('Free'));
    const taken = { code: 'segment_name_taken', errors: [{ pointer: '/name' }] };
    await expect(createSegment(store, draft('Taken'))).rejects.toMatchObject(taken);
    await expect(updateSegment(store, second.id, { name: 'Taken' })).rejects.toMatchObject(taken);
    await updateSegment(store, first.id, { name: 'Taken' });
  });

  // Without the version in the WHERE the slower of two editors undoes the faster's change unseen.
  it('lets one of two editors win', async () => {
    const { id, version } = await createSegment(store, draft('Edited'));
    const edits = ['one', 'two'].map((description) =>
      updateSegment(store, id, { description }, [version]).catch((error: unknown) => error),
    );
    const outcomes = await Promise.all(edits);
    const refused = outcomes.filter((outcome) => outcome instanceof AppError);
    expect(refused).toMatchObject([{ code: 'precondition_failed' }]);
    const now = await readSegment(store, id);
    expect(now.version).toBe(version + 1);
    expect(now.updatedAt.getTime()).toBeGreaterThan(now.createdAt.getTime());
    await expect(deleteSegment(store, id, [version])).rejects.toMatchObject({
      code: 'precondition_failed',
    });
    await deleteSegment(store, id, [version + 1]);
  });

  it('takes back thresholds, and changes nothing that is not named', async () => {
    const thresholds = { high: 0.8, medium: 0.3 };
    const { id } = await createSegment(store, draft('Partly', { churnThresholds: thresholds }));
    expect(await updateSegment(store, id, {})).toMatchObject({ churnThresholds: thresholds });
    const after = await updateSegment(store, id, { churnThresholds: null });
    expect(after).toMatchObject({ name: 'Partly', churnThresholds: null, rules: {} });
  });

  it('says of what is not there that it is not', async () => {
    const missing = { code: 'segment_not_found' };
    for (const id of [424_242, 99_999_999_999]) {
      await expect(readSegment(store, id)).rejects.toMatchObject(missing);
      await expect(updateSegment(store, id, { name: 'x' })).rejects.toMatchObject(missing);
      await expect(deleteSegment(store, id)).rejects.toMatchObject(missing);
      await expect(recordMemberCount(store, id, 1)).rejects.toMatchObject(missing);
    }
  });

  it('counts members without touching the version', async () => {
    const { id, version } = await createSegment(store, draft('Counted'));
    expect((await recordMemberCount(store, id, 5)).previous).toBeNull();
    const { previous, recalculatedAt } = await recordMemberCount(store, id, 7);
    expect(previous).toBe(5);
    const now = await readSegment(store, id);
    expect(now).toMatchObject({ memberCount: 7, recalculatedAt, version });
  });
});

describe('lists of segments', () => {
  let service: RunService;
  beforeAll(async () => {
    service = await createRunService();
    const { store } = service;
    for (let n = 1; n <= 7; n++) {
      await createSegment(
        store,
        draft(`Segment ${n}`, {
          isActive: n % 2 === 0,
          description: n === 3 ? 'Buys 100% CASHMERE_' : '',
        }),
      );
    }
  });
  afterAll(() => service.close());

  async function namesOf(filter: Parameters<typeof listSegments>[1], limit = 50) {
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listSegments(service.store, filter, { limit, cursor });
      expect(page.results.length).toBeLessThanOrEqual(limit);
      names.push(...page.results.map(({ name }) => name));
      cursor = page.next_cursor ?? undefined;
      if (cursor === undefined) expect(page.count).toBe(names.length);
    } while (cursor !== undefined);
    return names;
  }

  it('come in pages that join without gaps or repetitions', async () => {
    const all = Array.from({ length: 7 }, (_, n) => `Segment ${n + 1}`);
    for (const limit of [1, 3, 7, 8]) expect(await namesOf({}, limit)).toEqual(all);
  });

  it('are filtered by activity and by text, taken literally and in any case', async () => {
    expect(await namesOf({ isActive: true })).toEqual(['Segment 2', 'Segment 4', 'Segment 6']);
    const active = await listActiveSegments(service.store);
    expect(active.map(({ name }) => name)).toEqual(['Segment 2', 'Segment 4', 'Segment 6']);
    expect(await namesOf({ search: 'cashmere_' })).toEqual(['Segment 3']);
    expect(await namesOf({ search: '%' })).toEqual(['Segment 3']);
    expect(await namesOf({ search: 'SEGMENT', isActive: false }, 2)).toHaveLength(4);
  });

  it('refuse a cursor that is not theirs', async () => {
    const foreign = Buffer.from('["x"]').toString('base64url');
    for (const cursor of ['', 'x', foreign, Buffer.from('[1,2]').toString('base64url')]) {
      const page = listSegments(service.store, {}, { limit: 1, cursor });
      await expect(page).rejects.toMatchObject({ code: 'invalid_request' });
    }
  });

  it('lose a segment with its runs and predictions, but not while one is active', async () => {
    const segment = await service.segment();
    const runId = await service.plan(segment);
    await expect(deleteSegment(service.store, segment.id)).rejects.toMatchObject({
      code: 'segment_busy',
    });
    await service.finish(runId);
    await deleteSegment(service.store, segment.id);
    for (const table of ['runs', 'run_segments', 'run_shards', 'prediction_chunks']) {
      expect(await service.sql(`SELECT FROM segcast.${table}`)).toEqual([]);
    }
  });
});
