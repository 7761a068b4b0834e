import { planShards, readRun, runShard } from '@segcast/runs';
import { readRunRecord } from '@segcast/store';
import { openWarehouse } from '@segcast/warehouse';
import { afterEach, describe, expect, it } from 'vitest';
import { createRunService, customersSql, type RunService } from './support/run-service.ts';

let service: RunService;
afterEach(() => service.close());

const UNKEYED = `${customersSql(1000, { orderBy: 'md5(n::text)' })};
  ALTER TABLE customers DROP CONSTRAINT customers_pkey;
  ALTER TABLE customers ALTER COLUMN customer_id DROP NOT NULL`;

describe('ids', () => {
  // Counted twice, a customer distorts every aggregate, and a look-up finds one of two answers.
  it.each([
    ['in order', 'n'],
    ['out of order', 'md5(n::text)'],
  ])('refuses a run at once when an id occurs twice, %s', async (_, orderBy) => {
    service = await createRunService({
      customers: `${customersSql(1000, { orderBy })};
        ALTER TABLE customers DROP CONSTRAINT customers_pkey;
        INSERT INTO customers SELECT * FROM customers WHERE customer_id = 'C000567'`,
    });
    const runId = await service.plan(await service.segment());
    const results = [];
    for (const shard of await service.shards(runId)) {
      const job = { run_id: runId, shard, dispatch: 0 };
      results.push(await runShard(service.shardDeps, job).catch((error: unknown) => error));
    }
    expect(results).toContainEqual(expect.objectContaining({ code: 'warehouse_invalid' }));
    const run = await readRun(service, runId);
    expect(run).toMatchObject({ status: 'failed', error: { code: 'warehouse_invalid' } });
    expect(run.error?.detail).toContain('"C000567" occurs more than once');
  });

  it('refuses a run at once when an id is null', async () => {
    service = await createRunService({
      customers: `${UNKEYED};
        UPDATE customers SET customer_id = NULL WHERE customer_id = 'C000567'`,
      shardSize: 5000,
    });
    const runId = await service.plan(await service.segment());
    const job = { run_id: runId, shard: 0, dispatch: 0 };
    await expect(runShard(service.shardDeps, job)).rejects.toMatchObject({
      code: 'warehouse_invalid',
    });
    const { status, error } = await readRun(service, runId);
    expect({ status, code: error?.code }).toEqual({
      status: 'failed',
      code: 'warehouse_invalid',
    });
  });

  it.each(['integer', 'bigint', 'uuid', 'text COLLATE "unicode"'])(
    'takes ids of type %s',
    async (type) => {
      const id = type === 'uuid' ? 'md5(customer_id)::uuid' : `ltrim(customer_id, 'C0')`;
      service = await createRunService({
        customers: `${customersSql(1000)};
          ALTER TABLE customers ALTER COLUMN customer_id TYPE ${type} USING ${id}::${type.split(' ')[0]!};
          ANALYZE customers`,
      });
      const runId = await service.plan(await service.segment());
      expect(await service.shards(runId)).toEqual([0, 1, 2]);
      expect(await service.finish(runId)).toMatchObject({
        status: 'succeeded',
        processed: 1000,
        successful: 1000,
      });
    },
  );
});

describe('versions', () => {
  // A run is no snapshot: without the versions nobody learns that its halves are of two states.
  it('warns when the warehouse was replaced while the run read it', async () => {
    service = await createRunService();
    const runId = await service.plan(await service.segment());
    await runShard(service.shardDeps, { run_id: runId, shard: 0, dispatch: 0 });
    await service.sql('CREATE TABLE fresh AS TABLE customers');
    await service.sql('DROP TABLE customers; ALTER TABLE fresh RENAME TO customers');
    // A reader of its own, since the other may know the old relation for a while yet.
    const warehouse = openWarehouse({ ...service.warehouse.options, poolMax: 2 });
    service.scoreDeps.warehouse = warehouse;
    const run = await service.finish(runId);
    await warehouse.close();
    expect(run.status).toBe('succeeded');
    expect(run.warning).toContain('The warehouse changed while this run read it (2 versions');
    expect(run.warning).toContain('placeholder');
  });

  it('says nothing of it when it stayed the same, and notes when it was read', async () => {
    service = await createRunService();
    const runId = await service.plan(await service.segment());
    const run = await service.finish(runId);
    expect(run.warning).not.toContain('changed');
    expect((await readRunRecord(service.store, runId)).warning).toBeNull();
    const [row] = await service.sql(
      `SELECT warehouse_version <> '' AS version,
         warehouse_read_at BETWEEN started_at AND finished_at AS read
       FROM segcast.runs WHERE id = $1`,
      [runId],
    );
    expect(row).toEqual({ version: true, read: true });
  });
});

describe('capabilities', () => {
  // Another engine would come to other bytes than the run promised.
  it('leaves a run to the workers that have its engine', async () => {
    service = await createRunService({ shardSize: 5000 });
    const runId = await service.plan(await service.segment());
    const job = { run_id: runId, shard: 0, dispatch: 0 };
    const { capabilities } = service.shardDeps;
    const lacking = { ...capabilities, engines: ['another'] };
    await runShard({ ...service.shardDeps, capabilities: lacking }, job);
    expect(await readRun(service, runId)).toMatchObject({ status: 'running', processed: 0 });
    await runShard(service.shardDeps, job);
    expect(await readRun(service, runId)).toMatchObject({ status: 'succeeded' });
  });

  // Left open, shards of one run would be scored by whatever engine each worker has.
  it('freezes the engine of a run for any when it is planned', async () => {
    service = await createRunService({ shardSize: 5000 });
    service.submitDeps.settings.engine = 'auto';
    const runId = await service.submit(await service.segment());
    const job = { run_id: runId, dispatch: 0 };
    await planShards({ ...service.planDeps, engine: 'another' }, job);
    expect(await readRunRecord(service.store, runId)).toMatchObject({ engine: 'another' });
    await runShard(service.shardDeps, { ...job, shard: 0 });
    expect(await readRun(service, runId)).toMatchObject({ status: 'running', processed: 0 });
    service.shardDeps.capabilities = { ...service.shardDeps.capabilities, engines: ['another'] };
    expect(await service.finish(runId)).toMatchObject({ status: 'succeeded', processed: 1000 });
  });
});
