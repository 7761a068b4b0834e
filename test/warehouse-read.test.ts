import { AppError, type Features } from '@segcast/contracts';
import {
  checkWarehouse,
  countMembers,
  describeColumns,
  listMembers,
  readColumns,
  readCustomerRow,
  rowFeatures,
  readVersion,
  sampleMembers,
  type Warehouse,
} from '@segcast/warehouse';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestWarehouse, type TestWarehouse } from './support/test-warehouse.ts';

let db: TestWarehouse;

beforeAll(async () => {
  db = await createTestWarehouse(`
    CREATE SCHEMA "Shop ""1""";
    CREATE DOMAIN cents AS int8;
    CREATE DOMAIN price AS cents;
    CREATE TABLE "Shop ""1"""."Kunden" (
      customer_id text PRIMARY KEY, "Größe" float8, total_revenue numeric, visits int8 NOT NULL,
      paid price, active bool, city varchar(20), code char(5), token uuid, born date,
      seen timestamp, updated_at timestamptz, tags text[], raw jsonb, photo bytea, "a'b""c" int);
    COMMENT ON COLUMN "Shop ""1"""."Kunden".city IS 'Where the customer lives';
    INSERT INTO "Shop ""1"""."Kunden" VALUES
      ('anna', 1.5, 12.30, 9007199254740993, 7, true, 'Łódź', 'x', '00000000-0000-0000-0000-00000000000A',
       '1999-12-31', '2024-05-31 18:30:00.123456', '2024-05-31 18:30:00.5+02', '{a}', '{}', '', 1),
      ('berta', 'NaN', 'Infinity', -1, null, false, '', null, null, '0044-03-15 BC',
       'infinity', '-infinity', null, null, null, null);
    CREATE TABLE customers (customer_id text COLLATE "en-x-icu" PRIMARY KEY, n int, parity bool, kind text);
    INSERT INTO customers SELECT (ARRAY['a', 'A', 'ä', 'B', 'b'])[i % 5 + 1] || i, i, i % 2 = 0,
        CASE WHEN i % 4 = 0 THEN 'rare' ELSE 'often' END
      FROM generate_series(1, 200) i;
    ANALYZE customers;
    CREATE TABLE by_uuid AS SELECT md5(i::text)::uuid AS customer_id, i AS n FROM generate_series(1, 20) i;
    CREATE TABLE by_int2 AS SELECT i::int2 AS customer_id, i AS n FROM generate_series(-5, 5) i;
    CREATE TABLE by_int8 AS SELECT i AS customer_id, 1 AS n
      FROM generate_series(9223372036854775800, 9223372036854775807) i;`);
});

afterAll(() => db.close());

const kunden = () => db.open({ relation: `"Shop ""1"""."Kunden"` });

async function findCustomer(warehouse: Warehouse, id: string): Promise<Features | null> {
  const row = await readCustomerRow(warehouse, id);
  return row === null ? null : rowFeatures(row);
}

async function failureOf(call: Promise<unknown>): Promise<AppError> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof AppError) return error;
  throw new Error('not an AppError', { cause: error });
}

describe('columns', () => {
  it('are those that rules can use, with the type under a domain', async () => {
    const columns = [...(await readColumns(kunden())).values()];
    expect(columns.map(({ name, type, sqlType }) => [name, type, sqlType])).toEqual([
      ['customer_id', 'string', 'text'],
      ['Größe', 'number', 'float8'],
      ['total_revenue', 'number', 'numeric'],
      ['visits', 'number', 'int8'],
      ['paid', 'number', 'int8'],
      ['active', 'boolean', 'bool'],
      ['city', 'string', 'varchar'],
      ['code', 'string', 'bpchar'],
      ['token', 'string', 'uuid'],
      ['born', 'date', 'date'],
      ['seen', 'datetime', 'timestamp'],
      ['updated_at', 'datetime', 'timestamptz'],
      [`a'b"c`, 'number', 'int4'],
    ]);
    expect(columns.filter((column) => !column.nullable).map((column) => column.name)).toEqual([
      'customer_id',
      'visits',
    ]);
  });

  it('come with what ANALYZE found, and without it where it did not look', async () => {
    const described = await describeColumns(db.warehouse);
    expect(described).toEqual([
      {
        name: 'customer_id',
        type: 'string',
        nullable: false,
        category: 'DWH',
        description: 'The customer’s id',
      },
      {
        name: 'n',
        type: 'number',
        nullable: true,
        category: 'DWH',
        description: 'N',
        min: 1,
        max: 200,
      },
      {
        name: 'parity',
        type: 'boolean',
        nullable: true,
        category: 'DWH',
        description: 'Parity',
        top_values: expect.arrayContaining(['true', 'false']) as unknown,
      },
      {
        name: 'kind',
        type: 'string',
        nullable: true,
        category: 'DWH',
        description: 'Kind',
        top_values: ['often', 'rare'],
      },
    ]);
    const bare = await describeColumns(kunden());
    expect(bare.find((column) => column.name === 'city')).toEqual({
      name: 'city',
      type: 'string',
      nullable: true,
      category: 'Profile',
      description: 'Where the customer lives',
    });
  });

  it('have extremes as ISO 8601 where they are times', async () => {
    await db.sql(`CREATE TABLE timed AS
        SELECT i AS customer_id, '2024-01-01 10:00+00'::timestamptz + i * interval '1 day' AS seen,
               '2024-01-01'::date + i AS born, i / 4.0::numeric AS paid FROM generate_series(0, 30) i;
      ANALYZE timed`);
    const [, seen, born, paid] = await describeColumns(db.open({ relation: 'timed' }));
    expect(seen).toMatchObject({ min: '2024-01-01T10:00:00Z', max: '2024-01-31T10:00:00Z' });
    expect(born).toMatchObject({ min: '2024-01-01', max: '2024-01-31' });
    expect(paid).toMatchObject({ min: 0, max: 7.5 });
  });

  it('are remembered for a while, until told otherwise or found to be wrong', async () => {
    await db.sql('CREATE TABLE changing (customer_id int PRIMARY KEY, n int)');
    const warehouse = db.open({ relation: 'changing' });
    expect([...(await readColumns(warehouse)).keys()]).toEqual(['customer_id', 'n']);
    await db.sql('ALTER TABLE changing ADD m int');
    expect([...(await readColumns(warehouse)).keys()]).toEqual(['customer_id', 'n']);
    warehouse.invalidate();
    expect([...(await readColumns(warehouse)).keys()]).toEqual(['customer_id', 'n', 'm']);
    await db.sql('ALTER TABLE changing DROP n');
    expect((await failureOf(findCustomer(warehouse, '1'))).code).toBe('warehouse_invalid');
    expect([...(await readColumns(warehouse)).keys()]).toEqual(['customer_id', 'm']);
  });
});

describe('one customer', () => {
  it('gives every value in its JSON form', async () => {
    expect(await findCustomer(kunden(), 'anna')).toEqual({
      customer_id: 'anna',
      Größe: 1.5,
      total_revenue: 12.3,
      visits: 2 ** 53,
      paid: 7,
      active: true,
      city: 'Łódź',
      code: 'x',
      token: '00000000-0000-0000-0000-00000000000a',
      born: '1999-12-31',
      seen: '2024-05-31T18:30:00.123456Z',
      updated_at: '2024-05-31T16:30:00.5Z',
      [`a'b"c`]: 1,
    });
    expect(await findCustomer(kunden(), 'berta')).toMatchObject({
      Größe: null,
      total_revenue: null,
      active: false,
      city: '',
      code: null,
      born: '-000043-03-15',
      seen: 'infinity',
      updated_at: '-infinity',
    });
  });

  it.each([
    ['customers', ['', 'nobody', "a' OR true --", 'a\0', 'a\ud800', 'ä'.repeat(10_000)]],
    ['by_uuid', ['', 'nobody', '1', 'c4ca4238-a0b9-2382-0dcc-509a6f75849z', "'; SELECT 1"]],
    ['by_int2', ['', '1.0', '1e2', '99999', '-', '01', '+1', ' 1', '١', 'NaN', '1; SELECT 1']],
    ['by_int8', ['9223372036854775808', '99999999999999999999999999', '-9223372036854775809']],
  ])('answers null in %s to what is no id of it', async (relation, ids) => {
    const warehouse = db.open({ relation });
    for (const id of ids) expect(await findCustomer(warehouse, id)).toBeNull();
  });

  it('compares in the type of the id, and gives it back as text', async () => {
    const found = async (relation: string, id: string) =>
      (await findCustomer(db.open({ relation }), id))?.customer_id;
    expect(await found('by_int2', '-5')).toBe('-5');
    expect(await found('by_int8', '9223372036854775807')).toBe('9223372036854775807');
    const uuid = 'c4ca4238-a0b9-2382-0dcc-509a6f75849b';
    expect(await found('by_uuid', uuid.toUpperCase())).toBe(uuid);
    expect(await found('customers', 'A1')).toBe('A1');
  });
});

describe('members', () => {
  it('are counted, sampled by least id, and listed in pages without gaps or repeats', async () => {
    expect(await countMembers(db.warehouse, 'parity')).toBe(100);
    const [expected] = (await db.sql(
      `SELECT array_agg(customer_id ORDER BY customer_id) FROM customers WHERE parity`,
    )) as [[string[]]];
    const sample = await sampleMembers(db.warehouse, 'parity', 20);
    expect(sample.map((features) => features.customer_id)).toEqual(expected[0].slice(0, 20));
    expect(sample[0]).toEqual(await findCustomer(db.warehouse, expected[0][0]!));
    const listed: string[] = [];
    for (let after: string | null = null; ;) {
      const page = await listMembers(db.warehouse, 'parity', { after, limit: 7 });
      listed.push(...page.map((member) => member.customer_id));
      after = page.at(-1)?.customer_id ?? null;
      if (page.length < 7) break;
    }
    expect(listed).toEqual(expected[0]);
  });

  it('come in the order of the id’s own type', async () => {
    const warehouse = db.open({ relation: 'by_int2' });
    const pages = [
      await listMembers(warehouse, 'true', { after: null, limit: 3 }),
      await listMembers(warehouse, 'true', { after: '-3', limit: 100 }),
    ];
    expect(pages.map((page) => page.map((member) => Number(member.customer_id)))).toEqual([
      [-5, -4, -3],
      [-2, -1, 0, 1, 2, 3, 4, 5],
    ]);
  });

  it('refuse a cursor that is no id', async () => {
    const page = { after: 'nobody', limit: 7 };
    const error = await failureOf(listMembers(db.open({ relation: 'by_uuid' }), 'true', page));
    expect(error.code).toBe('invalid_request');
  });

  it('take one statement only, whatever a condition contains', async () => {
    const error = await failureOf(countMembers(db.warehouse, 'true); SELECT (true'));
    expect(error.message).toContain('multiple commands');
  });
});

describe('a warehouse', () => {
  it('has a version that changes when its data are replaced', async () => {
    await db.sql(`CREATE MATERIALIZED VIEW matview AS SELECT * FROM customers`);
    const warehouse = db.open({ relation: 'matview' });
    const before = await readVersion(warehouse);
    expect(await readVersion(warehouse)).toBe(before);
    await db.sql('REFRESH MATERIALIZED VIEW matview');
    expect(await readVersion(warehouse)).not.toBe(before);
    await db.sql('CREATE VIEW over_it AS SELECT * FROM matview');
    expect(await readVersion(db.open({ relation: 'over_it' }))).toMatch(/^\d+\/$/);
    expect(await readVersion(db.open({ versionSql: 'SELECT null' }))).toBe('');
  });

  it('is never written to', async () => {
    const error = await failureOf(db.warehouse.query('write', 'CREATE TABLE t (n int)'));
    expect(error.message).toContain('read-only transaction');
  });

  it('keeps the connection string’s own options', async () => {
    const url = new URL(db.url);
    url.searchParams.set('options', String.raw`-c search_path="Shop\ ""1""" -c timezone=CET`);
    const warehouse = db.open({ url: url.href, relation: '"Kunden"' });
    expect(await countMembers(warehouse, 'true')).toBe(2);
    const settings = await warehouse.query(
      'ask',
      `SELECT current_setting('statement_timeout'), current_setting('timezone')`,
    );
    expect(settings).toEqual([['1min', 'UTC']]);
  });

  it('reports what goes wrong with the right code', async () => {
    const slow = db.open({ statementTimeoutMs: 200 });
    expect(await failureOf(countMembers(slow, 'pg_sleep(1) IS NULL'))).toMatchObject({
      code: 'warehouse_timeout',
      retryable: true,
    });
    expect(await failureOf(countMembers(db.warehouse, '1 / (n - n) > 0'))).toMatchObject({
      code: 'warehouse_invalid',
      retryable: false,
    });
    const wrongPassword = new URL(db.url);
    wrongPassword.username = 'nobody';
    const refused = await failureOf(countMembers(db.open({ url: wrongPassword.href }), 'true'));
    expect(refused).toMatchObject({ code: 'warehouse_unavailable', retryable: false });
    const invalid = db.open({ url: 'postgres://user:secret@[:1/x' });
    const unusable = await failureOf(countMembers(invalid, 'true'));
    expect(unusable.code).toBe('warehouse_unavailable');
    expect(JSON.stringify(unusable) + String(unusable.cause)).not.toContain('secret');
    expect(await failureOf(countMembers(db.open({ relation: 'no such' }), 'true'))).toMatchObject({
      code: 'warehouse_invalid',
    });
  });

  it('waits for a relation that is locked, for half the statement time-out', async () => {
    await db.sql('CREATE TABLE locked (customer_id int)');
    await db.sql('BEGIN; LOCK TABLE locked');
    const warehouse = db.open({ relation: 'locked', statementTimeoutMs: 600 });
    const error = await failureOf(countMembers(warehouse, 'true'));
    await db.sql('ROLLBACK');
    expect(error).toMatchObject({ code: 'warehouse_timeout', retryable: true });
    expect(error.message).toContain('55P03');
  });
});

describe('checkWarehouse', () => {
  it('accepts a relation that can be scored', async () => {
    await expect(checkWarehouse(db.warehouse, ['n', 'parity'])).resolves.toBeUndefined();
    await db.sql('CREATE VIEW fine AS SELECT * FROM customers');
    await expect(checkWarehouse(db.open({ relation: 'fine' }), ['n'])).resolves.toBeUndefined();
  });

  it('says all that is missing at once', async () => {
    const error = await failureOf(
      checkWarehouse(db.open({ relation: 'by_uuid' }), ['n', 'x', 'y', 'customer_id']),
    );
    expect(error.code).toBe('warehouse_invalid');
    expect(error.message).toContain('public.by_uuid cannot be scored');
    expect(error.message).toContain('CREATE UNIQUE INDEX ON "public"."by_uuid" (customer_id)');
    expect(error.message).toContain('lacks the columns x, y');
    expect(error.message).toContain('customer_id is of the type uuid');
  });

  it.each([
    ['there is no relation', 'SELECT 1', 'has no relation bad'],
    ['there is no id', 'CREATE TABLE bad (n int)', 'it has no column customer_id'],
    ['the id is of another type', 'CREATE TABLE bad (customer_id float8 PRIMARY KEY)', 'float8'],
    [
      'the collation is nondeterministic',
      `CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
       CREATE TABLE bad (customer_id text COLLATE loose PRIMARY KEY)`,
      'nondeterministic collation public.loose',
    ],
    [
      'the unique index is on more',
      'CREATE TABLE bad (customer_id int, n int, PRIMARY KEY (customer_id, n))',
      'no unique index',
    ],
    [
      'the unique index is partial',
      'CREATE TABLE bad (customer_id int); CREATE UNIQUE INDEX ON bad (customer_id) WHERE customer_id > 0',
      'no unique index',
    ],
    [
      'an id is null',
      'CREATE TABLE bad (customer_id int UNIQUE); INSERT INTO bad VALUES (null)',
      'customer_id is null',
    ],
    [
      'a view repeats ids',
      'CREATE VIEW bad AS SELECT 1 AS customer_id FROM generate_series(1, 2)',
      'occurs twice',
    ],
    ['a view has null ids', 'CREATE VIEW bad AS SELECT null::int AS customer_id', 'is null'],
  ])('refuses when %s', async (_, setup, message) => {
    await db.sql('DROP TABLE IF EXISTS bad').catch(() => db.sql('DROP VIEW bad'));
    await db.sql(setup);
    const error = await failureOf(checkWarehouse(db.open({ relation: 'bad' }), []));
    expect(error.code).toBe('warehouse_invalid');
    expect(error.message).toContain(message);
  });

  it('asks of the role nothing but SELECT', async () => {
    const role = `reader_${new URL(db.url).pathname.slice(1)}`;
    await db.sql(`CREATE ROLE ${role} LOGIN PASSWORD 'reads';
      CREATE VIEW readable AS SELECT * FROM customers; GRANT SELECT ON readable TO ${role}`);
    const url = new URL(db.url);
    url.username = role;
    url.password = 'reads';
    const reader = db.open({ url: url.href, relation: 'readable' });
    await checkWarehouse(reader, ['n']);
    expect(await countMembers(reader, 'parity')).toBe(100);
    expect(await readVersion(reader)).toMatch(/^\d+\/$/);
    expect((await describeColumns(reader)).map((column) => column.name)).toContain('kind');
    const refused = await failureOf(
      checkWarehouse(db.open({ url: url.href, relation: 'customers' }), ['n']),
    );
    expect(refused.message).toContain('may not read public.customers');
    await reader.close();
    await db.sql(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });
});
