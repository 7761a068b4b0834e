import { setTimeout as pause } from 'node:timers/promises';
import {
  trainModelRequestSchema,
  type ModelDetail,
  type Run,
  type RunSummary,
} from '@segcast/contracts';
import { proveVersion, refuseWorse } from '@segcast/registry';
import { submitTraining, sweep } from '@segcast/runs';
import { claimTraining, closeTraining, renewTraining } from '@segcast/store';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startApiServer, type ApiServer } from './support/api-server.ts';
import { registerVersion, versionFiles } from './support/model-versions.ts';
import { CLAIMS } from './support/run-service.ts';
import { until } from './support/until.ts';
import { startWorkerProcess } from './support/worker-process.ts';

// Who pays much on a monthly contract leaves, mostly; ten have won a prize.
const CUSTOMERS = `
  CREATE TABLE customers AS
  SELECT 'c' || lpad(i::text, 5, '0') AS customer_id, exp(2 * amount) AS amount, monthly,
         (amount > 1 AND monthly) <> (i % 13 = 0) AS churned, i <= 10 AS won
    FROM (SELECT i, (hashint4(i) & 1023) / 256.0 AS amount, hashint4(-i) & 1 = 1 AS monthly
            FROM generate_series(1, 2000) AS i) AS drawn;
  ALTER TABLE customers ADD PRIMARY KEY (customer_id)`;

const LEARN = { label: 'churned', exclude: ['won'], epochs: 5 };
const TRAIN = '/ml/models/churn/train/';

let api: ApiServer;
/** Another for every training: an equal one that is active would be answered instead. */
let seed = 1;

beforeAll(async () => {
  api = await startApiServer({ customers: CUSTOMERS });
});
afterAll(() => api.close());

const train = async (more: object = {}): Promise<Run> => {
  const { status, body } = await api.call('POST', TRAIN, {
    body: { ...LEARN, seed: ++seed, ...more },
  });
  expect(status).toBe(202);
  return body as Run;
};
const show = async (runId: string) => (await api.call('GET', `/ml/runs/${runId}/`)).body as Run;
const finished = async (runId: string, seconds = 60): Promise<Run> => {
  const hasEnded = async () => (await show(runId)).finished_at !== null;
  await until('the training ends', hasEnded, seconds);
  return show(runId);
};
const versions = async () =>
  ((await api.call('GET', '/ml/models/churn/')).body as ModelDetail).versions;
const versionsOf = async (runId: string) =>
  (await versions()).filter(({ version }) => version.endsWith(runId.slice(-8)));
const request = (more: object = {}) =>
  trainModelRequestSchema.parse({ ...LEARN, seed: ++seed, ...more });

/** Keeps whoever reads the customers waiting until the answer is called. */
async function holdCustomers(): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: api.service.url });
  await client.connect();
  await client.query('BEGIN; LOCK TABLE customers');
  return () => client.end();
}

const READER_WAITS = `SELECT FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%customers%'`;

/** Waits until a training has begun to read and waits for the customers. */
async function isHeld(runId: string): Promise<void> {
  await until('the training reads', async () => {
    const { status, stage } = await show(runId);
    const waiting = await api.service.sql(READER_WAITS);
    return status === 'running' && stage === 'reading' && waiting.length > 0;
  });
}

describe('before any worker', () => {
  it('is queued, listed with the other runs, and answered again to an equal request', async () => {
    const body = { ...LEARN, seed: ++seed };
    const { status, headers, body: first } = await api.call('POST', TRAIN, { body });
    const run = first as Run;
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(`/api/loyalty/v1/ml/runs/${run.run_id}/`);
    expect(headers.get('retry-after')).toBe('1');
    expect(run).toMatchObject({
      ...{ mode: 'training', type: 'churn', model: 'churn', status: 'queued', stage: null },
      ...{ segment_id: null, aggregated_stats: {}, metrics: null, version: null },
      options: { label: 'churned', epochs: 5, hidden: [32, 16], activate: false },
    });
    expect(run).not.toHaveProperty('deduplicated');

    const again = (await api.call('POST', TRAIN, { body })).body as Run;
    expect(again).toMatchObject({ run_id: run.run_id, deduplicated: true });
    const other = await train({ activate: true });
    expect(other.run_id).not.toBe(run.run_id);

    for (const query of ['', '?type=churn', '?status=queued']) {
      const { results } = (await api.call('GET', `/ml/runs/${query}`)).body as {
        results: RunSummary[];
      };
      expect(results.map(({ run_id }) => run_id)).toEqual([other.run_id, run.run_id]);
    }
    for (const { run_id: id } of [run, other]) {
      await api.call('POST', `/ml/runs/${id}/cancel/`);
      expect((await show(id)).status).toBe('cancelled');
    }
  });

  it.each([
    [{ label: 'churned', cut: '2011-09-09', horizon_days: 91 }, ['/cut', '/horizon_days']],
    [{ positive: 'yes' }, ['/positive']],
    [{ method: 'bgnbd', label: 'churned' }, ['/label']],
    [{ product_offers: { tea: 'tea' } }, ['/product_offers']],
    [{ horizon_days: 0, epochs: 'many' }, ['/horizon_days', '/epochs']],
    [{ offers_file: 'offers.csv' }, ['/offers_file']],
  ])('%j is refused, saying where', async (body, pointers) => {
    const { status, body: problem } = await api.call('POST', TRAIN, { body });
    const { errors } = problem as { errors: { pointer: string }[] };
    expect([status, errors.map(({ pointer }) => pointer)]).toEqual([400, pointers]);
  });

  it.each(['rfm', 'weather'])('there is no %s to train', async (name) => {
    const { body } = await api.call('POST', `/ml/models/${name}/train/`, { body: {} });
    expect(body).toMatchObject({ status: 404, code: 'model_not_found' });
  });

  it('is given up when its holders have gone as often as may be', async () => {
    const { run_id: runId } = await train();
    for (let claim = 0; claim < CLAIMS.maxClaims; claim++) {
      expect(await claimTraining(api.service.store, runId, CLAIMS.leaseMs)).not.toBeNull();
      expect(await claimTraining(api.service.store, runId, CLAIMS.leaseMs)).toBeNull();
      await api.service.expireLeases(runId);
    }
    await sweep(api.service.sweepDeps);
    expect(await show(runId)).toMatchObject({ status: 'failed', error: { code: 'internal' } });
  });

  it('is closed by nobody but its last holder, and comes to one version', async () => {
    const { store } = api.service;
    const { run_id: runId } = await train();
    const close = async (claim: Awaited<ReturnType<typeof claimTraining>>, version: string) => {
      const made = await versionFiles({ name: 'churn', version, metrics: { auc: 0.8 } });
      const proved = await proveVersion(made, 'trained');
      const { metrics } = proved.model.manifest;
      const found = { version, grade: metrics!.grade, metrics: metrics!, notes: [] };
      const trained = { version: proved.version, found, customers: 2000 };
      return closeTraining(store, claim!, trained, refuseWorse);
    };
    const renew = { leaseMs: CLAIMS.leaseMs, progress: { stage: 'fitting', done: 2, total: 5 } };
    const lost = await claimTraining(store, runId, CLAIMS.leaseMs);
    await api.service.expireLeases(runId);
    const holder = await claimTraining(store, runId, CLAIMS.leaseMs);
    expect(await renewTraining(store, lost!, renew as never)).toBe('lost');
    expect(await renewTraining(store, holder!, renew as never)).toBe('renewed');
    expect((await show(runId)).progress).toMatchObject({ processed: 2, total: 5, fraction: 0.4 });
    expect(await close(lost, 'of-the-lost')).toBeNull();
    expect(await close(holder, 'of-the-holder')).toMatchObject({ activated: false });
    expect(await close(holder, 'of-the-holder')).toBeNull();
    expect(await renewTraining(store, holder!, renew as never)).toBe('done');
    const names = (await versions()).map(({ version }) => version);
    expect(names.filter((name) => name.startsWith('of-the'))).toEqual(['of-the-holder']);
    expect(await show(runId)).toMatchObject({ status: 'succeeded', version: 'of-the-holder' });
  });
});

describe('killed in the middle', () => {
  it('is taken over after the lease, and one version results', async () => {
    const connection = { kind: 'postgres', url: api.service.url, schema: 'bullmq' } as const;
    const settings = { DWH_RELATION: 'customers', SCORING_THREADS: '1' };
    const first = startWorkerProcess(api.service.url, connection, settings);
    await first.ready();
    const release = await holdCustomers();
    const { run_id: runId } = await train();
    try {
      await isHeld(runId);
    } finally {
      await first.end('SIGKILL');
      await release();
    }
    const second = startWorkerProcess(api.service.url, connection, settings);
    try {
      await second.ready();
      expect(await finished(runId, 120)).toMatchObject({ status: 'succeeded', model: 'churn' });
    } finally {
      await second.end('SIGTERM');
    }
    const [{ attempt }] = (await api.service.sql('SELECT attempt FROM segcast.runs WHERE id = $1', [
      runId,
    ])) as [{ attempt: number }];
    expect(attempt).toBe(2);
    expect(await versionsOf(runId)).toHaveLength(1);
  }, 300_000);
});

describe('with a worker', () => {
  let release: (() => Promise<void>) | undefined;
  beforeAll(() => api.startWorkers());
  afterEach(async () => {
    await release?.();
    release = undefined;
  });

  it('comes to a version, told in the run and to webhooks; activated when nothing speaks against it', async () => {
    const hook = { url: 'http://127.0.0.1:9/', events: ['run.succeeded'] };
    await api.call('POST', '/webhooks/', { body: hook });
    const answer = await api.call('POST', TRAIN, {
      body: { ...LEARN, seed: ++seed, activate: true },
      headers: { Prefer: 'wait=60' },
    });
    expect(answer.status).toBe(200);
    const run = answer.body as Run;
    expect(run).toMatchObject({
      ...{ status: 'succeeded', activated: true, not_activated: null, error: null },
      progress: { total: 2000, processed: 2000, fraction: 1 },
      ...{ results: [], errors: [], has_more_results: false },
    });
    expect(run.metrics!.auc).toBeGreaterThan(0.8);
    expect(run.grade).toBe(run.metrics!.grade);
    expect(run.notes).toEqual([]);
    const [version] = await versionsOf(run.run_id);
    expect(version).toMatchObject({
      ...{ version: run.version, active: true, source: 'trained', metrics: run.metrics },
      inputs: ['amount', 'monthly'],
    });
    for (const list of ['results', 'errors']) {
      const { body } = await api.call('GET', `/ml/runs/${run.run_id}/${list}/`);
      expect(body).toEqual({ results: [], next_cursor: null });
    }
    const told = `SELECT event FROM segcast.webhook_deliveries WHERE run_id = $1`;
    expect(await api.service.sql(told, [run.run_id])).toEqual([{ event: 'run.succeeded' }]);
    await sweep(api.service.sweepDeps);
    expect(await show(run.run_id)).toEqual(run);
  });

  it('says why its version is not activated, or leaves that to a person', async () => {
    const best = { name: 'churn', version: 'best', metrics: { auc: 0.999 } } as const;
    await registerVersion(api.service.store, best);
    const activate = { version: 'best', force: true };
    await api.call('POST', '/ml/models/churn/activate/', { body: activate });
    const worse = await finished((await train({ activate: true })).run_id);
    expect(worse).toMatchObject({ status: 'succeeded', activated: false });
    expect(worse.not_activated).toMatch(/below the 0\.999 of best in use/);
    const unasked = await finished((await train()).run_id);
    expect(unasked).toMatchObject({ activated: false, not_activated: null });
    const active = (await versions()).filter((each) => each.active);
    expect(active.map(({ version }) => version)).toEqual(['best']);
  });

  it('fails with what is missing where there is too little to learn from', async () => {
    const { run_id: runId } = await train({ label: 'won', exclude: [] });
    const run = await finished(runId);
    expect(run).toMatchObject({
      ...{ status: 'failed', version: null, activated: null },
      error: { code: 'training_refused', status: 409 },
    });
    expect(run.error!.detail).toBe(
      'Of 2000 customers there are 10 who left; at least 50 are needed, 40 more. Choose another horizon or cut, or load more customers.',
    );
    expect(await versionsOf(runId)).toEqual([]);
  });

  it('is cancelled while it reads', async () => {
    release = await holdCustomers();
    const { run_id: runId } = await train();
    await isHeld(runId);
    const { status, body } = await api.call('POST', `/ml/runs/${runId}/cancel/`);
    expect([status, (body as Run).status]).toEqual([202, 'cancelling']);
    expect(await finished(runId)).toMatchObject({ status: 'cancelled', version: null });
    expect(await versionsOf(runId)).toEqual([]);
  });

  it('is cancelled while it fits', async () => {
    const { run_id: runId } = await train({ epochs: 1000, hidden: [512, 512, 512] });
    await until('it fits', async () => (await show(runId)).stage === 'fitting');
    await api.call('POST', `/ml/runs/${runId}/cancel/`);
    expect(await finished(runId)).toMatchObject({ status: 'cancelled', version: null });
  });

  it('waits for the one before it', async () => {
    release = await holdCustomers();
    const [first, second] = [await train(), await train()];
    await isHeld(first.run_id);
    await pause(2 * CLAIMS.heartbeatMs);
    expect((await show(second.run_id)).status).toBe('queued');
    await release();
    release = undefined;
    expect((await finished(first.run_id)).status).toBe('succeeded');
    expect((await finished(second.run_id)).status).toBe('succeeded');
  });

  it('is enqueued by the sweeper when its job was lost', async () => {
    const queue = { trainModel: () => Promise.reject(new Error('died here')) };
    const deps = { ...api.service.submitDeps, queue };
    const { run } = await submitTraining(deps, 'churn', request());
    await api.service.ageJobs(run.run_id);
    await sweep(api.service.sweepDeps);
    const done = await finished(run.run_id);
    expect(done.status).toBe('succeeded');
    const trainings = api.service.queue.boardQueues().find(({ name }) => name === 'trainings')!;
    expect(await trainings.getJob(`${run.run_id}-train-1`)).toBeDefined();
  });
});
