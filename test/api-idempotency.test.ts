import type { Run } from '@segcast/contracts';
import { sweep } from '@segcast/runs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { problemOf, type Answer } from './support/api-answers.ts';
import { startApiServer, type ApiServer } from './support/api-server.ts';

const AT_ONCE = 200;

let api: ApiServer;
beforeAll(async () => {
  api = await startApiServer();
});
afterAll(() => api.close());

const submit = (id: number, key?: string, body: object = {}) =>
  api.call('POST', `/segments/${id}/ml/predict/`, {
    body,
    ...(key !== undefined && { headers: { 'Idempotency-Key': key } }),
  });

const runsOf = async (id: number) =>
  (await api.service.sql('SELECT FROM segcast.run_segments WHERE segment_id = $1', [id])).length;

const atOnce = (ask: () => Promise<Answer>) => Promise.all(Array.from({ length: AT_ONCE }, ask));

const idOf = ({ body }: Answer) => (body as Run).run_id;

it(`${AT_ONCE} submits at once with one key make one run`, async () => {
  const { id } = await api.service.segment();
  const answers = await atOnce(() => submit(id, 'one-key'));
  const accepted = answers.filter(({ status }) => status === 202);
  const others = answers.filter(({ status }) => status !== 202);
  expect(accepted.length).toBeGreaterThan(0);
  expect(new Set(accepted.map(idOf)).size).toBe(1);
  expect(accepted.some(({ body }) => 'deduplicated' in (body as Run))).toBe(false);
  for (const answer of others) {
    expect(problemOf(answer)).toMatchObject({ status: 409, code: 'idempotency_in_flight' });
  }
  expect(await runsOf(id)).toBe(1);
  expect(idOf(await submit(id, 'one-key'))).toBe(idOf(accepted[0]!));
});

it(`${AT_ONCE} submits without a key while a shard is held make one run`, async () => {
  const segment = await api.service.segment();
  const runId = await api.service.plan(segment);
  await api.service.claim(runId, 0);
  const answers = await atOnce(() => submit(segment.id));
  expect(new Set(answers.map(idOf))).toEqual(new Set([runId]));
  expect(answers.every(({ body }) => (body as Run).deduplicated === true)).toBe(true);
  expect(await runsOf(segment.id)).toBe(1);
  await api.call('POST', `/ml/runs/${runId}/cancel/`);

  const fresh = await api.service.segment();
  const first = await atOnce(() => submit(fresh.id));
  expect(first.filter(({ body }) => (body as Run).deduplicated === true)).toHaveLength(AT_ONCE - 1);
  expect(await runsOf(fresh.id)).toBe(1);
});

// The second is what a client does that has not heard the answer to the first.
it('a key answers its run, also when that is finished and its segment closed', async () => {
  const segment = await api.service.segment();
  const run = idOf(await submit(segment.id, 'again', { type: 'rfm' }));
  await api.call('POST', `/ml/runs/${run}/cancel/`);
  await api.call('PATCH', `/segments/${segment.id}/`, { body: { is_active: false } });
  const again = await submit(segment.id, 'again', { type: 'rfm' });
  expect(again).toMatchObject({ status: 200, body: { run_id: run, status: 'cancelled' } });
  expect(problemOf(await submit(segment.id, 'another', { type: 'rfm' })).code).toBe(
    'segment_inactive',
  );
});

it('a key that met an equal run says so every time', async () => {
  const { id } = await api.service.segment();
  const run = idOf(await submit(id));
  for (let times = 0; times < 2; times++) {
    expect((await submit(id, 'late')).body).toMatchObject({ run_id: run, deduplicated: true });
  }
});

it('a key with another body or another segment is refused', async () => {
  const [one, two] = [await api.service.segment(), await api.service.segment()];
  await submit(one.id, 'used', { type: 'churn' });
  const reused = { status: 422, code: 'idempotency_key_reused' };
  expect(problemOf(await submit(one.id, 'used', { type: 'nbo' }))).toMatchObject(reused);
  expect(problemOf(await submit(two.id, 'used', { type: 'churn' }))).toMatchObject(reused);
  const called = { type: 'churn', callback_url: 'https://example.com/hook' };
  expect(problemOf(await submit(one.id, 'used', called))).toMatchObject(reused);
  expect(await runsOf(two.id)).toBe(0);
});

it('a refused submit leaves its key free', async () => {
  const { id } = await api.service.segment({}, { isActive: false });
  expect((await submit(id, 'refused')).status).toBe(409);
  await api.call('PATCH', `/segments/${id}/`, { body: { is_active: true } });
  expect((await submit(id, 'refused')).status).toBe(202);
});

it('a key means nothing after a day', async () => {
  const { id } = await api.service.segment();
  await submit(id, 'old', { type: 'churn' });
  const age = `UPDATE segcast.idempotency_keys SET created_at = created_at - interval '24 hours'
    WHERE key = 'old'`;
  await api.service.sql(age);
  expect((await submit(id, 'old', { type: 'nbo' })).status).toBe(202);
  await api.service.sql(age);
  await sweep(api.service.sweepDeps);
  expect(await api.service.sql(`SELECT FROM segcast.idempotency_keys WHERE key = 'old'`)).toEqual(
    [],
  );
});

it('what is no key is refused', async () => {
  const { id } = await api.service.segment();
  for (const key of ['', 'two words', 'x'.repeat(256)]) {
    expect(problemOf(await submit(id, key))).toMatchObject({
      status: 400,
      errors: [{ pointer: '/Idempotency-Key' }],
    });
  }
});
