import { AppError } from '@segcast/contracts';
import { streamMembers, type MemberBatch, type Warehouse } from '@segcast/warehouse';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestWarehouse, type TestWarehouse } from './support/test-warehouse.ts';

const EVERYONE = { condition: 'true', range: { lo: null, hi: null } };
const CUSTOMERS = 50_000;

let db: TestWarehouse;
/** Asks in transactions of its own, since PostgreSQL's activity view stands still within one. */
let watcher: Warehouse;

beforeAll(async () => {
  db = await createTestWarehouse(`
    CREATE TABLE customers (customer_id text PRIMARY KEY, n int NOT NULL, padding float8 NOT NULL);
    INSERT INTO customers
      SELECT 'C' || lpad(i::text, 6, '0'), i, i / 8.0 FROM generate_series(1, ${CUSTOMERS}) i;
    CREATE VIEW late_error AS
      SELECT customer_id, 1 / (n - ${CUSTOMERS - 100}) AS n FROM customers;
    CREATE TABLE typed (
      customer_id uuid PRIMARY KEY, a int2, b int4, c int8, d float4, e float8, f numeric, g bool,
      h numeric(12, 2));
    INSERT INTO typed VALUES
      ('00000000-0000-0000-0000-000000000001', -32768, -2147483648, -9223372036854775808,
       -1.5, 'NaN', 'NaN', false, -0.01),
      ('00000000-0000-0000-0000-000000000002', 32767, 2147483647, 9007199254740993,
       'Infinity', '-Infinity', '-Infinity', true, 1234567890.12),
      ('00000000-0000-0000-0000-000000000003', 0, 0, -1, 0.1, 5e-324, 'Infinity', true, 0),
      ('00000000-0000-0000-0000-000000000004', null, null, null, null, null, null, null, null);
    ANALYZE;`);
  watcher = db.open({});
});

afterAll(() => db.close());

/** Every member's id and values, copied out of the batches; a null is null. */
async function collect(
  warehouse: Warehouse,
  columns: readonly string[],
  options: Partial<Parameters<typeof streamMembers>[1]> = {},
) {
  const rows: { id: string; values: (number | null)[] }[] = [];
  const sizes: number[] = [];
  const onBatch = (batch: MemberBatch) => {
    sizes.push(batch.size);
    for (let i = 0; i < batch.size; i++) rows.push(rowOf(batch, i));
  };
  const streamed = await streamMembers(warehouse, {
    ...EVERYONE,
    columns,
    batchSize: 4096,
    onBatch,
    ...options,
  });
  return { rows: rows.sort((a, b) => (a.id < b.id ? -1 : 1)), sizes, streamed };
}

function rowOf(batch: MemberBatch, i: number) {
  const id = Buffer.from(batch.ids.subarray(batch.idOffsets[i], batch.idOffsets[i + 1])).toString();
  const values = batch.columns.map((column, c) => (batch.nulls[c]![i] ? null : column[i]!));
  return { id, values };
}

/** Runs a stream that must fail and answers its error. */
async function failureOf(stream: Promise<unknown>): Promise<AppError> {
  const error: unknown = await stream.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof AppError) return error;
  throw new Error('not an AppError', { cause: error });
}

const backendOf = async (warehouse: Warehouse) =>
  (await warehouse.query('ask', 'SELECT pg_backend_pid()::text'))[0]![0]!;

/** Waits until a condition holds on the server. */
async function until(query: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if ((await watcher.query('watch', `SELECT (${query})::text`))[0]?.[0] === 'true') return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`It never came true: ${query}`);
}

/** SQL: how many of our statements the server is running. */
const running = (condition: string) =>
  `(SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'segcast-warehouse'
       AND state = 'active' AND pid <> pg_backend_pid() AND ${condition})`;

describe('streamMembers', () => {
  it('decodes every type by its own binary form and keeps nulls apart from NaN', async () => {
    const typed = db.open({ relation: 'typed' });
    const { rows, streamed } = await collect(typed, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
    const id = (n: number) => `00000000-0000-0000-0000-00000000000${n}`;
    expect(rows).toEqual([
      { id: id(1), values: [-32768, -2147483648, -(2 ** 63), -1.5, NaN, NaN, 0, -0.01] },
      {
        id: id(2),
        values: [32767, 2147483647, 2 ** 53, Infinity, -Infinity, -Infinity, 1, 1234567890.12],
      },
      { id: id(3), values: [0, 0, -1, Math.fround(0.1), 5e-324, Infinity, 1, 0] },
      { id: id(4), values: [null, null, null, null, null, null, null, null] },
    ]);
    expect(streamed.members).toBe(4);
  });

  it('marks nulls with NaN in the column, and clears the masks from batch to batch', async () => {
    const warehouse = db.open({ relation: 'every_third' });
    await db.sql(`CREATE VIEW every_third AS
      SELECT customer_id, n, CASE WHEN n % 3 = 0 THEN n END AS third FROM customers`);
    const { rows, sizes } = await collect(warehouse, ['n', 'third'], { batchSize: 1000 });
    expect(sizes).toHaveLength(CUSTOMERS / 1000);
    const wrong = rows.filter(({ values: [n, third] }) => third !== (n! % 3 === 0 ? n : null));
    expect(wrong).toEqual([]);
  });

  it('reads only what the condition and the range take', async () => {
    const { rows } = await collect(db.warehouse, ['n'], {
      condition: 'n % 2 = 0',
      range: { lo: 'C000010', hi: 'C000016' },
    });
    expect(rows.map((row) => row.id)).toEqual(['C000010', 'C000012', 'C000014']);
    expect((await collect(db.warehouse, ['n'], { condition: 'false' })).rows).toEqual([]);
  });

  it('needs no columns', async () => {
    const { rows } = await collect(db.warehouse, [], { condition: 'n < 3' });
    expect(rows).toEqual([
      { id: 'C000001', values: [] },
      { id: 'C000002', values: [] },
    ]);
  });

  it('fills batches to their size but the last', async () => {
    const { sizes, streamed } = await collect(db.warehouse, ['n'], { batchSize: 4096 });
    expect(streamed.members).toBe(CUSTOMERS);
    expect(sizes.slice(0, -1).every((size) => size === 4096)).toBe(true);
    expect(sizes.at(-1)).toBe(CUSTOMERS % 4096);
  });

  it('says when it read, by the warehouse’s clock, and of which version', async () => {
    const [[before]] = (await db.sql('SELECT clock_timestamp()')) as [[Date]];
    const { streamed } = await collect(db.warehouse, ['n'], { condition: 'n = 1' });
    const [[after]] = (await db.sql('SELECT clock_timestamp()')) as [[Date]];
    expect(streamed.readAt.getTime()).toBeGreaterThanOrEqual(before.getTime() - 1);
    expect(streamed.readAt.getTime()).toBeLessThanOrEqual(after.getTime() + 1);
    const [[oid, node]] = (await db.sql(
      `SELECT 'customers'::regclass::oid::text, pg_relation_filenode('customers')::text`,
    )) as [[string, string]];
    expect(streamed.version).toBe(`${oid}/${node}`);
    const own = db.open({ versionSql: `SELECT 'v' || max(n) FROM customers;` });
    expect((await collect(own, ['n'], { condition: 'n = 1' })).streamed.version).toBe(
      `v${CUSTOMERS}`,
    );
  });

  it('takes ids of any length and any character', async () => {
    const long = 'ü€🙂'.repeat(9_000);
    await db.sql(`CREATE VIEW odd_ids AS
      SELECT * FROM (VALUES ('', 1), ('${long}', 2), ('it''s', 3)) AS v (customer_id, n)`);
    const { rows } = await collect(db.open({ relation: 'odd_ids' }), ['n'], { batchSize: 2 });
    expect(rows.map((row) => row.id)).toEqual(['', "it's", long]);
  });

  it('ends a batch early when its ids are huge', async () => {
    await db.sql(`CREATE VIEW huge_ids AS
      SELECT n || repeat('x', 10000000) AS customer_id, n FROM customers WHERE n <= 5`);
    const sizes: number[] = [];
    await streamMembers(db.open({ relation: 'huge_ids' }), {
      ...EVERYONE,
      columns: ['n'],
      batchSize: 4096,
      onBatch: ({ size }) => void sizes.push(size),
    });
    expect(sizes).toEqual([4, 1]);
  });

  it('refuses a null id', async () => {
    await db.sql(
      `CREATE VIEW null_id AS SELECT nullif(customer_id, 'C000007') AS customer_id, n FROM customers`,
    );
    const nulls = db.open({ relation: 'null_id' });
    const error = await failureOf(collect(nulls, ['n']));
    expect(error).toMatchObject({ code: 'warehouse_invalid', retryable: false });
    expect(error.message).toContain('has no customer_id');
    // The first range of a partition takes them too, so no plan misses them.
    const first = { lo: null, hi: 'C000003' };
    await expect(collect(nulls, ['n'], { range: first })).rejects.toThrow('has no customer_id');
  });

  it('refuses columns that are missing or not numeric before it reads', async () => {
    const error = await failureOf(collect(db.warehouse, ['n', 'nope', 'customer_id']));
    expect(error.code).toBe('warehouse_invalid');
    expect(error.message).toContain('it has no column nope');
    expect(error.message).toContain('customer_id is of the type text');
  });
});

describe('back-pressure', () => {
  it('calls the consumer one batch at a time and in step with the server', async () => {
    let holding = 0;
    let seen = 0;
    const { members } = await streamMembers(db.warehouse, {
      ...EVERYONE,
      columns: ['n', 'padding'],
      batchSize: 512,
      onBatch: async (batch) => {
        expect(++holding).toBe(1);
        const first = batch.columns[0]![0];
        await new Promise((resolve) => setImmediate(resolve));
        // Nothing was read into the buffers meanwhile.
        expect(batch.columns[0]![0]).toBe(first);
        seen += batch.size;
        holding--;
      },
    });
    expect([members, seen]).toEqual([CUSTOMERS, CUSTOMERS]);
  });

  it('makes the server wait when the consumer does', async () => {
    await db.sql(`CREATE VIEW many AS
      SELECT customer_id || '-' || i AS customer_id, n, padding, n AS n2, n AS n3
        FROM customers, generate_series(1, 40) i`);
    const columns = ['n', 'padding', 'n2', 'n3'];
    let held = false;
    const { members } = await streamMembers(db.open({ relation: 'many' }), {
      ...EVERYONE,
      columns,
      batchSize: 4096,
      onBatch: async () => {
        if (held) return;
        held = true;
        await until(`${running(`wait_event = 'ClientWrite'`)} > 0`);
      },
    });
    expect(members).toBe(40 * CUSTOMERS);
  });

  it('gives up on a consumer that holds a batch for half the statement time-out', async () => {
    const warehouse = db.open({ statementTimeoutMs: 1000 });
    const forever = new Promise<void>(() => undefined);
    const error = await failureOf(
      collect(warehouse, ['n'], { batchSize: 64, onBatch: () => forever }),
    );
    expect(error).toMatchObject({ code: 'warehouse_timeout', retryable: true });
    expect(error.message).toContain('held for more than 500 ms');
    expect((await collect(warehouse, ['n'])).streamed.members).toBe(CUSTOMERS);
  });
});

describe('a read that fails', () => {
  it('rejects with what the consumer throws, at once or later, and frees the connection', async () => {
    const thrown = new Error('the consumer’s own');
    const onBatch = () => {
      throw thrown;
    };
    await expect(collect(db.warehouse, ['n'], { onBatch })).rejects.toBe(thrown);
    const rejecting = () => Promise.reject(thrown);
    await expect(collect(db.warehouse, ['n'], { onBatch: rejecting })).rejects.toBe(thrown);
    expect((await collect(db.warehouse, ['n'])).streamed.members).toBe(CUSTOMERS);
  });

  it('rejects on an error of a late row, and goes on with the same connection', async () => {
    const warehouse = db.open({ relation: 'late_error' });
    const backend = await backendOf(warehouse);
    let members = 0;
    const error = await failureOf(
      collect(warehouse, ['n'], { batchSize: 100, onBatch: ({ size }) => void (members += size) }),
    );
    expect(error).toMatchObject({ code: 'warehouse_invalid', retryable: false });
    expect(error.message).toContain('division by zero');
    expect(members).toBeGreaterThan(0);
    expect(await backendOf(warehouse)).toBe(backend);
    const { rows } = await collect(warehouse, ['n'], { range: { lo: null, hi: 'C000002' } });
    expect(rows).toEqual([{ id: 'C000001', values: [0] }]);
  });

  it('rejects when the statement takes too long, and goes on with the same connection', async () => {
    const warehouse = db.open({ statementTimeoutMs: 300 });
    const backend = await backendOf(warehouse);
    const error = await failureOf(
      collect(warehouse, ['n'], { condition: 'n < 1000 AND pg_sleep(0.01) IS NOT NULL' }),
    );
    expect(error).toMatchObject({ code: 'warehouse_timeout', retryable: true });
    expect(await backendOf(warehouse)).toBe(backend);
  });

  it.each(['at once', 'holding a batch'])('rejects when the server ends it, %s', async (when) => {
    // More than the network's buffers hold, so that the server cannot be done before it is ended.
    await db.sql(`CREATE OR REPLACE VIEW repeated AS
      SELECT customer_id || '-' || i AS customer_id, n FROM customers, generate_series(1, 8) i`);
    const killed = db.open({ relation: 'repeated' });
    const backend = await backendOf(killed);
    let batches = 0;
    const error = await failureOf(
      collect(killed, ['n'], {
        batchSize: 16,
        onBatch: async () => {
          if (batches++ > 0) return;
          const ended = db.sql(`SELECT pg_terminate_backend(${backend}, 10000)`);
          if (when === 'holding a batch') await ended;
        },
      }),
    );
    expect(error).toMatchObject({ code: 'warehouse_unavailable', retryable: true });
    const { streamed } = await collect(killed, ['n'], { range: { lo: null, hi: 'C000002' } });
    expect(streamed.members).toBe(8);
  });

  it('cancels by signal, with the signal’s reason, and the server stops', async () => {
    const warehouse = db.open({ relation: 'many_more' });
    await db.sql(`CREATE VIEW many_more AS
      SELECT customer_id || '-' || i AS customer_id, n FROM customers, generate_series(1, 10000) i`);
    const reason = new AppError('fence_lost', 'another worker has it');
    for (const [given, code] of [
      [reason, 'fence_lost'],
      [undefined, 'run_cancelled'],
    ] as const) {
      const controller = new AbortController();
      const onBatch = () => controller.abort(given);
      const error = await failureOf(
        collect(warehouse, ['n'], { onBatch, signal: controller.signal }),
      );
      expect(error.code).toBe(code);
      await until(`${running(`query LIKE '%many_more%'`)} = 0`);
      // The only connection of the pool has been given back, and the rest is not read.
      expect(await backendOf(warehouse)).toBeTruthy();
    }
  });

  it('cancels while a batch is held, while the server computes, and before it begins', async () => {
    const held = new AbortController();
    const forever = new Promise<void>(() => undefined);
    const onBatch = () => {
      setImmediate(() => held.abort());
      return forever;
    };
    const whileHeld = collect(db.warehouse, ['n'], { onBatch, signal: held.signal });
    expect((await failureOf(whileHeld)).code).toBe('run_cancelled');

    const computing = new AbortController();
    const whileComputing = failureOf(
      collect(db.warehouse, ['n'], {
        condition: 'pg_sleep(0.01) IS NOT NULL',
        signal: computing.signal,
      }),
    );
    await until(`${running(`query LIKE '%pg_sleep%'`)} > 0`);
    computing.abort();
    expect((await whileComputing).code).toBe('run_cancelled');
    await until(`${running(`query LIKE '%pg_sleep%'`)} = 0`);

    const before = collect(db.warehouse, ['n'], { signal: AbortSignal.abort() });
    expect((await failureOf(before)).code).toBe('run_cancelled');
    expect((await collect(db.warehouse, ['n'])).streamed.members).toBe(CUSTOMERS);
  });

  it('reports a server that cannot be reached', async () => {
    const nowhere = db.open({ url: 'postgres://nobody@127.0.0.1:1/nothing' });
    const error = await failureOf(collect(nowhere, ['n']));
    expect(error).toMatchObject({ code: 'warehouse_unavailable', retryable: true });
  });
});

describe('a relation that changes', () => {
  it('reads the rows of a reload that it had to wait for', async () => {
    await db.sql(`CREATE TABLE reloaded (customer_id int PRIMARY KEY, n int);
      INSERT INTO reloaded SELECT i, 1 FROM generate_series(1, 10) i`);
    const warehouse = db.open({ relation: 'reloaded' });
    await backendOf(warehouse);
    await warehouse.relation();
    await db.sql(`BEGIN; TRUNCATE reloaded;
      INSERT INTO reloaded SELECT i, 2 FROM generate_series(1, 20) i`);
    const reading = collect(warehouse, ['n']);
    await until(`${running(`wait_event_type = 'Lock'`)} > 0`);
    const [[node]] = (await db.sql(`SELECT pg_relation_filenode('reloaded')::text`)) as [[string]];
    await db.sql('COMMIT');
    const { rows, streamed } = await reading;
    expect(rows).toHaveLength(20);
    expect(rows.every((row) => row.values[0] === 2)).toBe(true);
    expect(streamed.version).toMatch(new RegExp(`/${node}$`));
  });

  it('decodes by the types of the moment, whatever the catalogue said before', async () => {
    await db.sql(`CREATE TABLE altered (customer_id int PRIMARY KEY, n int8);
      INSERT INTO altered VALUES (1, 5)`);
    const warehouse = db.open({ relation: 'altered' });
    expect((await collect(warehouse, ['n'])).rows[0]!.values).toEqual([5]);
    await db.sql('ALTER TABLE altered ALTER n TYPE float8 USING n + 0.5');
    expect((await collect(warehouse, ['n'])).rows[0]!.values).toEqual([5.5]);
    await db.sql('ALTER TABLE altered RENAME n TO m');
    expect((await failureOf(collect(warehouse, ['n']))).code).toBe('warehouse_invalid');
    expect((await collect(warehouse, ['m'])).rows[0]!.values).toEqual([5.5]);
  });
});
