import type { Audience, Run, Schedule } from '@segcast/contracts';
import { openJobQueue } from '@segcast/queue';
import { planShards, sweep } from '@segcast/runs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemOf } from './support/api-answers.ts';
import { startApiServer, type ApiServer } from './support/api-server.ts';

let api: ApiServer;
beforeAll(async () => {
  api = await startApiServer();
});
afterAll(() => api.close());

const ENVIRONMENT = { pattern: '0 2 * * *', tz: 'UTC' };
const PARIS = { pattern: '30 1 * * *', tz: 'Europe/Paris', enabled: true };

const list = async () =>
  ((await api.call('GET', '/schedules/')).body as { results: Schedule[] }).results;
const put = (body: object) => api.call('PUT', '/schedules/nightly/', { body });
const queue = () => api.service.queue.boardQueues().find(({ name }) => name === 'schedules')!;
const inForce = async () => {
  const [scheduler] = await queue().getJobSchedulers();
  return scheduler && { pattern: scheduler.pattern, tz: scheduler.tz, next: scheduler.next };
};

describe('the nightly schedule', () => {
  it('is that of the environment until another is set', async () => {
    const [nightly] = await list();
    expect(nightly).toMatchObject({
      ...ENVIRONMENT,
      name: 'nightly',
      enabled: true,
      source: 'environment',
      updated_at: null,
    });
    expect(nightly?.next_firing_at).toMatch(/T02:00:00.000Z$/);
  });

  it('is in force as soon as it is set, fires when it says, and outlives flush and restart', async () => {
    const { status, body } = await put(PARIS);
    expect(status).toBe(200);
    const set = body as Schedule;
    expect(set).toMatchObject({ ...PARIS, source: 'stored' });
    expect(await list()).toEqual([set]);
    const next = Date.parse(set.next_firing_at!);
    expect(await inForce()).toEqual({ pattern: PARIS.pattern, tz: PARIS.tz, next });

    const time = new Date(next).toLocaleTimeString('en-GB', { timeZone: 'Europe/Paris' });
    expect(time).toBe('01:30:00');
    await queue().obliterate({ force: true });
    expect(await inForce()).toBeUndefined();
    await sweep({ ...api.service.sweepDeps, nightly: ENVIRONMENT });
    expect(await inForce()).toEqual({ pattern: PARIS.pattern, tz: PARIS.tz, next });
  });

  it('can be switched off and on', async () => {
    const off = await put({ ...PARIS, enabled: false });
    expect(off.body).toMatchObject({ enabled: false, next_firing_at: null });
    expect(await inForce()).toBeUndefined();
    await sweep({ ...api.service.sweepDeps, nightly: ENVIRONMENT });
    expect(await inForce()).toBeUndefined();
    await put(PARIS);
    expect(await inForce()).toMatchObject({ pattern: PARIS.pattern });
  });

  it('can be run at any time: one run over all active segments, of which audiences are made', async () => {
    const none = await api.call('POST', '/schedules/nightly/run/');
    expect(problemOf(none)).toMatchObject({ status: 409, code: 'no_active_segment' });

    const { service } = api;
    const germans = await service.segment({ '==': [{ var: 'country' }, 'DE'] });
    const all = await service.segment();
    await service.segment({}, { isActive: false });
    const { status, body, headers } = await api.call('POST', '/schedules/nightly/run/');
    const { run_id: runId } = body as Run;
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(`/api/loyalty/v1/ml/runs/${runId}/`);
    expect(body).toMatchObject({ mode: 'nightly', status: 'queued', segment_id: null });
    await planShards(service.planDeps, { run_id: runId, dispatch: 0 });
    const run = await service.finish(runId);
    expect(run.status).toBe('succeeded');

    const post = (filter: object) =>
      api.call('POST', `/ml/runs/${runId}/audiences/`, { body: { name: 'Night', filter } });
    expect(problemOf(await post({}))).toMatchObject({
      status: 400,
      errors: [{ pointer: '/filter/segment_id' }],
    });
    const audience = (await post({ segment_id: germans.id })).body as Audience;
    expect(audience).toMatchObject({
      segment_id: germans.id,
      segment_name: germans.name,
      filter: { segment_id: germans.id },
      count: 333,
    });
    expect((await post({ segment_id: all.id })).body).toMatchObject({ count: 1000 });
    // Whoever is erased is a member of no segment of the night any more.
    const members = await api.call('GET', `/audiences/${audience.audience_id}/members/?limit=1`);
    const [first] = (members.body as { results: { customer_id: string }[] }).results;
    await api.call('DELETE', `/customers/${first!.customer_id}/predictions/`);
    expect((await post({ segment_id: germans.id })).body).toMatchObject({ count: 332 });
    expect((await post({ segment_id: all.id })).body).toMatchObject({ count: 999 });
    expect(problemOf(await post({ segment_id: 4711 })).code).toBe('segment_not_found');
  });

  it.each([
    [{ ...PARIS, pattern: '0 25 * * *' }, '/pattern', /25.*0-23/],
    [{ ...PARIS, pattern: 'nightly' }, '/pattern', /1 fields and not five or six/],
    [{ ...PARIS, tz: 'Europe/Lutetia' }, '/tz', /"Europe\/Lutetia" is not a time zone/],
    [{ ...PARIS, enabled: false, pattern: '0 0 31 2 *' }, '/pattern', /day of month/],
    [{ pattern: PARIS.pattern, tz: PARIS.tz }, '/enabled', /is required/],
  ])('refuses %o and says why', async (body, pointer, reason) => {
    const before = await list();
    const problem = problemOf(await put(body));
    expect(problem).toMatchObject({ status: 400, errors: [{ pointer }] });
    expect(problem.detail).toMatch(reason);
    expect(await list()).toEqual(before);
  });

  it('is stored while the queue is away', async () => {
    const away = await openJobQueue({
      kind: 'redis',
      url: 'redis://127.0.0.1:1',
      prefix: '{away}',
    });
    const lonely = await startApiServer({ deps: { queue: away, nightly: null } });
    const wrong = { pattern: '0 0 31 2 *', tz: 'UTC' };
    try {
      const { body } = await lonely.call('GET', '/schedules/');
      expect(body).toMatchObject({
        results: [{ pattern: null, tz: null, enabled: false, next_firing_at: null }],
      });
      lonely.deps.nightly = wrong;
      expect((await lonely.call('GET', '/schedules/')).body).toMatchObject({
        results: [{ ...wrong, enabled: true, next_firing_at: null }],
      });
      const set = await lonely.call('PUT', '/schedules/nightly/', { body: PARIS });
      expect(set).toMatchObject({ status: 200, body: { source: 'stored', enabled: true } });
    } finally {
      await lonely.close();
      await away.close();
    }
  });
});
