import { once } from 'node:events';
import { connect, createServer, Socket, type AddressInfo } from 'node:net';
import tls from 'node:tls';
import { streamMembers } from '@segcast/warehouse';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CopyOutQuery, type CopyLimits } from '../packages/warehouse/src/copy-out-query.ts';
import { MemberSink } from '../packages/warehouse/src/member-sink.ts';
import { createTestWarehouse, type TestWarehouse } from './support/test-warehouse.ts';
import { startProxy } from './support/worker-proxy.ts';

let db: TestWarehouse;

beforeAll(async () => {
  db = await createTestWarehouse(`
    CREATE TABLE customers (customer_id text, a int4, b numeric, c bool, d float8);
    INSERT INTO customers
      SELECT repeat('é', i % 40) || i, i, i / 7.0, i % 2 = 0, nullif(i, 5) / 3.0::float8
        FROM generate_series(1, 40) i;
    INSERT INTO customers VALUES (repeat('long', 500), null, null, null, null);
    CREATE FUNCTION talk(i int4) RETURNS int4 LANGUAGE plpgsql AS $$ BEGIN
      RAISE NOTICE 'row %', i;
      PERFORM set_config('application_name', 'row ' || i, false);
      PERFORM pg_notify('rows', i::text);
      RETURN i / (i - 30);
    END $$;`);
});

afterAll(() => db.close());

/** A socket that hands on what arrives in pieces of the given lengths, over and over. */
class ChoppedSocket extends Socket {
  #lengths: readonly number[] = [];
  #next = 0;

  chop(lengths: readonly number[]): void {
    this.#lengths = lengths;
    this.#next = 0;
  }

  override push(chunk: Buffer | null): boolean {
    let rest = chunk;
    while (rest !== null && this.#lengths.length > 0) {
      const length = this.#lengths[this.#next++ % this.#lengths.length]!;
      if (length >= rest.length) break;
      super.push(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
    return super.push(rest);
  }
}

const LIMITS: CopyLimits = {
  pauseMs: 0,
  silenceMs: 0,
  onPauseTooLong: () => new Error('held for too long'),
  explain: (error) => error as Error,
};

const COLUMNS = 'a, b, c, d, customer_id';
const statementsFor = (list: string, where = 'true') =>
  `SELECT ${list} FROM customers LIMIT 0; SELECT 'version', '0';
   COPY (SELECT ${list} FROM customers WHERE ${where}) TO STDOUT (FORMAT binary)`;

/** Runs a COPY on a client and answers its rows as text. */
async function copy(client: pg.Client, text: string, { batchSize = 7, hold = false } = {}) {
  const rows: string[] = [];
  const sink = new MemberSink(
    {
      condition: 'true',
      range: { lo: null, hi: null },
      columns: [],
      batchSize,
      onBatch: (batch) => {
        for (let i = 0; i < batch.size; i++) {
          const id = Buffer.from(batch.ids.subarray(batch.idOffsets[i], batch.idOffsets[i + 1]));
          const values = batch.columns.map((c, k) => (batch.nulls[k]![i] ? 'null' : String(c[i])));
          rows.push([id.toString(), ...values].join('|'));
        }
        return hold ? new Promise<void>((resolve) => setImmediate(resolve)) : undefined;
      },
    },
    'customers',
  );
  const query = new CopyOutQuery(text, sink, LIMITS);
  client.query(query);
  await query.finished;
  return rows;
}

const piecesOf = fc.array(
  fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 400 })),
  {
    minLength: 1,
    maxLength: 40,
  },
);

describe('the framing of messages', () => {
  it('does not depend on how the bytes arrive', async () => {
    const socket = new ChoppedSocket();
    const client = new pg.Client({ connectionString: db.url, stream: () => socket });
    await client.connect();
    const { rows: expected } = await client.query<[string]>({
      rowMode: 'array',
      text: `SELECT concat_ws('|', customer_id, coalesce(a::text, 'null'),
                    coalesce(b::float8::text, 'null'), coalesce(c::int::text, 'null'),
                    coalesce(d::text, 'null')) FROM customers`,
    });
    await fc.assert(
      fc.asyncProperty(
        piecesOf,
        fc.integer({ min: 1, max: 50 }),
        fc.boolean(),
        async (lengths, batchSize, hold) => {
          socket.chop(lengths);
          const rows = await copy(client, statementsFor(COLUMNS), { batchSize, hold });
          expect(rows).toEqual(expected.flat());
          // pg is in step again.
          expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
        },
      ),
      { numRuns: 300 },
    );
    await client.end();
  });

  it('hands notices, parameters, notifications and late errors to pg, wherever they are cut', async () => {
    const socket = new ChoppedSocket();
    const client = new pg.Client({ connectionString: db.url, stream: () => socket });
    await client.connect();
    let notices = 0;
    client.on('notice', () => {
      notices++;
    });
    await client.query('LISTEN rows');
    const text = statementsFor('talk(a) AS a, b, c, d, customer_id', 'a IS NOT NULL');
    await fc.assert(
      fc.asyncProperty(piecesOf, fc.boolean(), async (lengths, hold) => {
        notices = 0;
        socket.chop(lengths);
        await expect(copy(client, text, { hold })).rejects.toThrow('division by zero');
        expect(notices).toBe(30);
        expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
        const fine = await copy(client, text.replace('a IS NOT NULL', 'a < 30'), { hold });
        expect(fine).toHaveLength(29);
      }),
      { numRuns: 50 },
    );
    await client.end();
  });

  it('works over TLS', async () => {
    const psk = { psk: Buffer.from('a shared secret'), identity: 'test' };
    const ciphers = { ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const;
    const secure = tls.createServer({ ...ciphers, pskCallback: () => psk.psk }, (client) => {
      const { hostname, port } = new URL(db.url);
      const server = connect(Number(port), hostname);
      client.pipe(server).pipe(client);
      for (const side of [client, server]) side.on('error', () => undefined);
    });
    // PostgreSQL answers S to the request for TLS, and then it begins.
    const front = createServer((socket) => {
      socket.once('data', () => {
        socket.write('S');
        secure.emit('connection', socket);
      });
    });
    front.listen(0, '127.0.0.1');
    await once(front, 'listening');
    const url = new URL(db.url);
    url.port = String((front.address() as AddressInfo).port);
    const ssl = { ...ciphers, pskCallback: () => psk, checkServerIdentity: () => undefined };
    const client = new pg.Client({ connectionString: url.href, ssl });
    await client.connect();
    const many = statementsFor(COLUMNS).replaceAll(
      'FROM customers',
      'FROM customers, generate_series(1, 1000)',
    );
    expect(await copy(client, many, { batchSize: 1000, hold: true })).toHaveLength(41 * 1000);
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await client.end();
    front.close();
    secure.close();
  });
});

describe('the network', () => {
  const everyone = { condition: 'true', range: { lo: null, hi: null }, columns: ['a'] };

  beforeAll(() =>
    db.sql(`CREATE VIEW many AS
      SELECT customer_id || '-' || i AS customer_id, a FROM customers, generate_series(1, 50000) i`),
  );

  it('may go silent: the read rejects instead of hanging', async () => {
    const proxy = await startProxy(db.url);
    const warehouse = db.open({ url: proxy.url, relation: 'many', statementTimeoutMs: 1000 });
    const onBatch = () => proxy.swallow();
    const reading = streamMembers(warehouse, { ...everyone, batchSize: 4096, onBatch });
    await expect(reading).rejects.toMatchObject({ code: 'warehouse_unavailable', retryable: true });
    await proxy.restore();
    expect(await warehouse.query('ask', `SELECT 'again'`)).toEqual([['again']]);
    await proxy.close();
  });

  it('may break: the read rejects and the next one connects anew', async () => {
    const proxy = await startProxy(db.url);
    const warehouse = db.open({ url: proxy.url, relation: 'many' });
    const onBatch = () => proxy.restore();
    const broken = streamMembers(warehouse, { ...everyone, batchSize: 4096, onBatch });
    await expect(broken).rejects.toMatchObject({ code: 'warehouse_unavailable', retryable: true });
    const again = streamMembers(warehouse, {
      ...everyone,
      range: { lo: 'é', hi: null },
      batchSize: 4096,
      onBatch: () => undefined,
    });
    expect((await again).members).toBe(39 * 50_000);
    await proxy.close();
  });
});

describe('numeric', () => {
  const digits = fc.string({
    unit: fc.integer({ min: 0, max: 9 }).map(String),
    minLength: 1,
    maxLength: 60,
  });
  const anything = fc
    .tuple(fc.constantFrom('', '-'), digits, digits, fc.integer({ min: -300, max: 240 }))
    .map(([sign, whole, fraction, exponent]) => `${sign}${whole}.${fraction}e${exponent}`);
  const money = fc
    .tuple(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), fc.integer({ min: 0, max: 20 }))
    .map(([units, scale]) => `${units}e-${scale}`);
  /** Halfway between two doubles, or as near to it as some decimals allow. */
  const ties = fc
    .tuple(
      fc.bigInt({ min: 2n ** 52n, max: 2n ** 53n - 1n }),
      fc.integer({ min: 0, max: 70 }),
      fc.constantFrom(-1n, 0n, 1n),
    )
    .map(([mantissa, halvings, off]) => {
      const scale = halvings + 3;
      const exact = (2n * mantissa + 1n) * 5n ** BigInt(halvings) * 1000n + off;
      return `${exact}e-${scale}`;
    });
  const averages = fc
    .tuple(fc.bigInt({ min: 1n, max: 10n ** 24n }), fc.integer({ min: 4, max: 20 }))
    .map(([units, scale]) => `${units}e-${scale}`);

  it('becomes the nearest double, as in PostgreSQL', async () => {
    const client = new pg.Client({ connectionString: db.url });
    await client.connect();
    await client.query('CREATE TEMP TABLE numbers (n numeric)');
    const values = fc.array(fc.oneof(anything, money, ties, averages), {
      minLength: 2000,
      maxLength: 2000,
      size: 'max',
    });
    await fc.assert(
      fc.asyncProperty(values, async (texts) => {
        await client.query('TRUNCATE numbers');
        await client.query('INSERT INTO numbers SELECT unnest($1::numeric[])', [texts]);
        const list = `n, n::float8 AS f, n::text`;
        const rows = await copy(client, statementsFor(list).replaceAll('customers', 'numbers'), {
          batchSize: 500,
        });
        expect(rows).toHaveLength(texts.length);
        const wrong = rows.filter((row) => {
          const [, decoded, cast] = row.split('|');
          return decoded !== cast;
        });
        expect(wrong).toEqual([]);
      }),
      { numRuns: 25, endOnFailure: true },
    );
    await client.end();
  });

  it('beyond the doubles becomes infinite or zero, where the cast to float8 fails', async () => {
    const client = new pg.Client({ connectionString: db.url });
    await client.connect();
    const values = ['1e400', '-1e400', '1e-400', 'NaN', 'Infinity', '-Infinity', '0', '-0.00'];
    const from = `FROM (SELECT unnest('{${values.join(',')}}'::numeric[]) AS n) AS v`;
    const text = statementsFor('n, n::text').replaceAll('FROM customers', from);
    const rows = await copy(client, text, { batchSize: 500 });
    expect(rows.map((row) => row.split('|')[1])).toEqual([
      'Infinity',
      '-Infinity',
      '0',
      'NaN',
      'Infinity',
      '-Infinity',
      '0',
      '0',
    ]);
    await client.end();
  });
});
