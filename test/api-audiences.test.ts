import { createHash } from 'node:crypto';
import type { Audience, AudienceDiff, AudienceMember, ResultItem } from '@segcast/contracts';
import { sweep } from '@segcast/runs';
import type { SegmentRecord } from '@segcast/store';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemOf } from './support/api-answers.ts';
import { startApiServer, type ApiServer } from './support/api-server.ts';
import { fillRun } from './support/million-predictions.ts';
import { customersSql, type RunService } from './support/run-service.ts';

// Numbers, whose order is not that of their texts: shards overlap in the latter.
const NUMBERED = `${customersSql(1000)};
  ALTER TABLE customers ALTER customer_id TYPE integer USING substr(customer_id, 2)::integer`;

let api: ApiServer;
let service: RunService;
/** Scored. */
let runId: string;
/** Not scored, with probabilities of every size. */
let filled: string;
let filledSegment: SegmentRecord;
beforeAll(async () => {
  api = await startApiServer({ customers: NUMBERED });
  ({ service } = api);
  runId = await service.plan(await service.segment());
  await service.finish(runId);
  filledSegment = await service.segment();
  filled = await service.submit(filledSegment);
  await fillRun(service, filled, 3000);
});
afterAll(() => api.close());

const post = (run: string, body: object) =>
  api.call('POST', `/ml/runs/${run}/audiences/`, { body: { name: 'A', ...body } });
const make = async (body: object, run = runId) => (await post(run, body)).body as Audience;

async function pagesOf<T>(path: string, limit = 300): Promise<T[]> {
  const all: T[] = [];
  const sign = path.includes('?') ? '&' : '?';
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: string = `${sign}limit=${limit}${cursor && `&cursor=${cursor}`}`;
    const { body } = await api.call('GET', path + query);
    const page = body as { results: T[]; next_cursor: string | null };
    all.push(...page.results);
    cursor = page.next_cursor;
  }
  return all;
}
const membersOf = (id: string, query = '') =>
  pagesOf<AudienceMember>(`/audiences/${id}/members/${query}`);
const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const idsOf = (items: readonly { customer_id: string }[]) =>
  items.map(({ customer_id }) => customer_id).sort(byBytes);

/** The group as the contract documents it. */
function groupOf(audience: Audience, id: string): 'control' | 'target' {
  const hash = createHash('sha256').update(`${audience.audience_id}:${id}`).digest();
  return hash.readUInt32BE(0) / 2 ** 32 < audience.control_share ? 'control' : 'target';
}

describe('an audience', () => {
  it('has whom the results show, each in the group that anybody can compute', async () => {
    const filter = { risk: 'high', min_probability: 0.8 };
    const answer = await post(filled, { name: ' May ', filter, control_share: 0.25 });
    const audience = answer.body as Audience;
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(
      `/api/loyalty/v1/audiences/${audience.audience_id}/`,
    );
    const results = await pagesOf<ResultItem>(
      `/ml/runs/${filled}/results/?risk=high&min_probability=0.8`,
    );
    const members = await membersOf(audience.audience_id);
    expect(members.length).toBeGreaterThan(100);
    expect(members).toEqual(
      idsOf(results).map((id) => ({ customer_id: id, group: groupOf(audience, id) })),
    );
    const controls = members.filter(({ group }) => group === 'control');
    expect(audience).toMatchObject({
      name: 'May',
      run_id: filled,
      segment_id: filledSegment.id,
      segment_name: filledSegment.name,
      filter,
      count: members.length,
      control_count: controls.length,
    });
    expect(controls.length / members.length).toBeGreaterThan(0.1);
    expect(controls.length / members.length).toBeLessThan(0.4);
    expect(await membersOf(audience.audience_id, '?group=control')).toEqual(controls);
    const read = await api.call('GET', `/audiences/${audience.audience_id}/`);
    expect(read.body).toEqual(audience);
  });

  it('has everybody without a filter, nobody where nobody meets it, and all controls at 1', async () => {
    const everybody = await make({ control_share: 1 });
    expect(everybody).toMatchObject({ count: 1000, control_count: 1000, filter: {} });
    const ids = (await membersOf(everybody.audience_id)).map(({ customer_id }) => customer_id);
    expect(ids).toEqual(Array.from({ length: 1000 }, (_, n) => String(n + 1)).sort(byBytes));
    const nobody = await make({ filter: { customer_id: 'nobody' } });
    expect(nobody).toMatchObject({ count: 0, control_count: 0 });
    expect(await membersOf(nobody.audience_id)).toEqual([]);
  });

  it('is exported as CSV and NDJSON, all of it or a group', async () => {
    const { audience_id: id } = await make(
      { filter: { risk: 'high' }, control_share: 0.5 },
      filled,
    );
    const members = await membersOf(id);
    const get = (accept: string, query = '') =>
      api.call('GET', `/audiences/${id}/members/${query}`, { headers: { Accept: accept } });
    const csv = await get('text/csv');
    expect(csv.headers.get('content-disposition')).toContain(`audience-${id}-members.csv`);
    expect(parse(csv.body as string, { columns: true })).toEqual(members);
    const lines = ((await get('application/x-ndjson', '?group=target')).body as string).trim();
    expect(lines.split('\n').map((line) => JSON.parse(line) as unknown)).toEqual(
      members.filter(({ group }) => group === 'target'),
    );
  });

  it('outlives the predictions it was made of, the run and the segment', async () => {
    const other = await service.segment();
    const old = await service.plan(other);
    await service.finish(old);
    const audience = await make({}, old);
    const members = await membersOf(audience.audience_id);
    const newer = await service.plan(other);
    await service.finish(newer);
    await sweep({ ...service.sweepDeps, keepRuns: 1 });
    expect(problemOf(await post(old, {}))).toMatchObject({
      status: 410,
      code: 'predictions_deleted',
    });
    expect((await api.call('DELETE', `/segments/${other.id}/`)).status).toBe(204);
    expect(problemOf(await post(old, {})).code).toBe('run_not_found');
    expect(await membersOf(audience.audience_id)).toEqual(members);
    const listed = await pagesOf<Audience>('/audiences/', 2);
    expect(listed).toContainEqual(audience);
    const ids = listed.map(({ audience_id }) => audience_id);
    expect(ids).toEqual([...ids].sort().reverse());
  });

  it('loses whom is erased, and nobody else', async () => {
    const audience = await make({ control_share: 0.5 });
    const { audience_id: id } = audience;
    const members = await membersOf(id);
    const erased = [members[0]!, members[500]!, members[999]!];
    for (const { customer_id } of erased) {
      await api.call('DELETE', `/customers/${customer_id}/predictions/`);
    }
    expect(await membersOf(id)).toEqual(members.filter((member) => !erased.includes(member)));
    const gone = erased.filter(({ group }) => group === 'control').length;
    expect((await api.call('GET', `/audiences/${id}/`)).body).toMatchObject({
      count: 997,
      control_count: audience.control_count - gone,
    });
    const bounds = await service.sql<{ right: boolean }>(
      `SELECT lo = customer_ids[1] AND hi = customer_ids[count]
         AND count = cardinality(customer_ids) AND count = cardinality(controls) AS right
       FROM segcast.audience_chunks WHERE audience_id = $1`,
      [id],
    );
    expect(bounds).toEqual([{ right: true }]);
  });

  it('can be deleted', async () => {
    const { audience_id: id } = await make({});
    expect((await api.call('DELETE', `/audiences/${id}/`)).status).toBe(204);
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['GET', 'members/'],
      ['GET', `diff/${id}/`],
    ] as const) {
      const answer = await api.call(method, `/audiences/${id}/${path}`);
      expect(problemOf(answer)).toMatchObject({ status: 404, code: 'audience_not_found' });
    }
    expect(
      await service.sql('SELECT FROM segcast.audience_chunks WHERE audience_id = $1', [id]),
    ).toEqual([]);
  });
});

describe('making one is refused', () => {
  it('of a run that has no results, or not all of them', async () => {
    const waiting = await service.plan(await service.segment());
    expect(problemOf(await post(waiting, {}))).toMatchObject({
      status: 409,
      code: 'run_unfinished',
    });
    await api.call('POST', `/ml/runs/${waiting}/cancel/`);
    await sweep(service.sweepDeps);
    expect(problemOf(await post(waiting, {}))).toMatchObject({
      status: 409,
      code: 'run_unsuccessful',
    });
    const unknown = '0199f0a0-5b1c-7c3e-9a41-6f2d8f3b7e10';
    expect(problemOf(await post(unknown, {})).code).toBe('run_not_found');
  });

  it.each([
    [{ filter: { rfm_segment: 'Heroes' } }, '/filter/rfm_segment'],
    [{ filter: { risk: 'huge' } }, '/filter/risk'],
    [{ filter: { offers: 'offer_1' } }, '/filter/offers'],
    [{ control_share: 1.5 }, '/control_share'],
    [{ name: '' }, '/name'],
  ])('of %o, pointing at the place', async (body, pointer) => {
    const before = await service.sql('SELECT FROM segcast.audiences');
    expect(problemOf(await post(runId, body))).toMatchObject({
      status: 400,
      errors: [{ pointer }],
    });
    expect(await service.sql('SELECT FROM segcast.audiences')).toHaveLength(before.length);
  });
});

describe('the difference of two', () => {
  it('counts and lists who is added, removed and kept', async () => {
    const high = await make({ filter: { min_probability: 0.3 }, control_share: 0.2 }, filled);
    const middle = await make({ filter: { max_probability: 0.7 } }, filled);
    const [from, to] = [await membersOf(high.audience_id), await membersOf(middle.audience_id)];
    const before = new Set(idsOf(from));
    const after = new Set(idsOf(to));
    const expected = {
      added: to.filter(({ customer_id }) => !before.has(customer_id)),
      removed: from.filter(({ customer_id }) => !after.has(customer_id)),
      kept: to.filter(({ customer_id }) => before.has(customer_id)),
    };
    const path = `/audiences/${high.audience_id}/diff/${middle.audience_id}/`;
    for (const change of ['added', 'removed', 'kept'] as const) {
      expect(expected[change].length).toBeGreaterThan(0);
      const { body } = await api.call('GET', `${path}?change=${change}&limit=1`);
      expect(body).toMatchObject({
        change,
        added: expected.added.length,
        removed: expected.removed.length,
        kept: expected.kept.length,
      });
      expect(await pagesOf(`${path}?change=${change}`, 37)).toEqual(expected[change]);
    }
    const same = (await api.call('GET', `/audiences/${high.audience_id}/diff/${high.audience_id}/`))
      .body as AudienceDiff;
    expect(same).toMatchObject({ added: 0, removed: 0, kept: from.length, results: [] });
  });

  it('of many chunks is that of few', async () => {
    const large = await service.submit(await service.segment());
    await fillRun(service, large, 20_000);
    const all = await make({}, large);
    const part = await make({ filter: { min_probability: 0.5 } }, large);
    expect(all.count).toBe(20_000);
    const path = `/audiences/${all.audience_id}/diff/${part.audience_id}/`;
    const removed = await pagesOf<AudienceMember>(`${path}?change=removed`, 1000);
    const kept = await pagesOf<AudienceMember>(`${path}?change=kept`, 1000);
    expect(kept).toEqual(await membersOf(part.audience_id, '?group=target'));
    expect(idsOf([...removed, ...kept])).toEqual(idsOf(await membersOf(all.audience_id)));
    expect(removed).toHaveLength(all.count - part.count);
  });
});
