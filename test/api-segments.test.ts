import type { Segment, SegmentList } from '@segcast/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemOf } from './support/api-answers.ts';
import { startApiServer, type ApiServer } from './support/api-server.ts';

let api: ApiServer;
beforeAll(async () => {
  api = await startApiServer();
});
afterAll(() => api.close());

const GERMANS = { '==': [{ var: 'country' }, 'DE'] };

async function create(body: object): Promise<Segment> {
  const { status, body: segment } = await api.call('POST', '/segments/', { body });
  expect(status).toBe(201);
  return segment as Segment;
}

describe('segments', () => {
  it('are created with defaults, read, listed and found', async () => {
    const { status, headers, body } = await api.call('POST', '/segments/', {
      body: { name: ' Everyone ' },
    });
    expect(status).toBe(201);
    const created = body as Segment;
    expect(created).toMatchObject({
      name: 'Everyone',
      description: '',
      rules: {},
      is_active: true,
      churn_thresholds: null,
      member_count: null,
      latest_run: null,
    });
    expect(headers.get('location')).toBe(`/api/loyalty/v1/segments/${created.id}/`);
    expect((await api.call('GET', `/segments/${created.id}/`)).body).toEqual(created);

    await create({ name: 'Germans', description: 'all of them', rules: GERMANS, is_active: false });
    const found = await api.call('GET', '/segments/?search=ALL%20OF&is_active=false');
    expect(found.body).toMatchObject({
      count: 1,
      results: [{ name: 'Germans' }],
      next_cursor: null,
    });
    const active = (await api.call('GET', '/segments/?is_active=true')).body as SegmentList;
    expect(active.results.map(({ name }) => name)).not.toContain('Germans');
  });

  it('are paged', async () => {
    for (let n = 0; n < 5; n++) await create({ name: `page ${n}`, description: 'paged' });
    const names: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = `search=paged&limit=2${cursor && `&cursor=${cursor}`}`;
      const { body } = await api.call('GET', `/segments/?${query}`);
      const page = body as SegmentList;
      expect(page.count).toBe(5);
      names.push(...page.results.map(({ name }) => name));
      cursor = page.next_cursor;
    }
    expect(names).toEqual(['page 0', 'page 1', 'page 2', 'page 3', 'page 4']);
  });

  it('keep the rule as it was written, in the old form too', async () => {
    const rules = [
      { name: 'where', rule: GERMANS },
      { rule: { '>': [{ var: 'total_revenue' }, 1e3] } },
    ];
    expect((await create({ name: 'old form', rules })).rules).toEqual(rules);
  });

  it('change what a patch names and nothing else', async () => {
    const { id, ...before } = await create({ name: 'to change', rules: GERMANS });
    const patch = { description: 'new', churn_thresholds: { high: 0.9, medium: 0.1 } };
    const { status, body } = await api.call('PATCH', `/segments/${id}/`, { body: patch });
    expect(status).toBe(200);
    const { updated_at: changedAt, ...changed } = body as Segment;
    const { updated_at: createdAt, ...rest } = before;
    expect(changed).toEqual({ ...rest, id, ...patch });
    expect(changedAt > createdAt).toBe(true);
    const back = await api.call('PATCH', `/segments/${id}`, { body: { churn_thresholds: null } });
    expect(back.body).toMatchObject({ churn_thresholds: null, description: 'new' });
  });

  it('are changed and deleted only as they were read, where a client asks for that', async () => {
    const created = await api.call('POST', '/segments/', { body: { name: 'guarded' } });
    const { id } = created.body as Segment;
    const first = created.headers.get('etag')!;
    expect((await api.call('GET', `/segments/${id}/`)).headers.get('etag')).toBe(first);
    const patch = (tag: string, description: string) =>
      api.call('PATCH', `/segments/${id}/`, {
        headers: { 'If-Match': tag },
        body: { description },
      });
    const changed = await patch(first, 'one');
    expect(changed.status).toBe(200);
    const second = changed.headers.get('etag')!;
    expect(second).not.toBe(first);
    for (const stale of [first, `W/${second}`, '"nonsense"']) {
      const refused = await patch(stale, 'two');
      expect(problemOf(refused)).toMatchObject({ status: 412, code: 'precondition_failed' });
      const kept = await api.call('DELETE', `/segments/${id}/`, { headers: { 'If-Match': stale } });
      expect(problemOf(kept).status).toBe(412);
    }
    // Counting members is no change that a client has made.
    await api.call('POST', `/segments/${id}/recalculate/`);
    expect((await patch(`"other", ${second}`, 'three')).body).toMatchObject({
      description: 'three',
    });
    expect((await patch('*', 'four')).status).toBe(200);
    expect((await api.call('PATCH', `/segments/${id}/`, { body: {} })).status).toBe(200);
  });

  it('are paged rightly while others are made', async () => {
    for (let n = 0; n < 4; n++) await create({ name: `grow ${n}`, description: 'growing' });
    const seen: number[] = [];
    let cursor: string | null = '';
    for (let n = 4; cursor !== null; n++) {
      const query: string = `search=growing&limit=2${cursor && `&cursor=${cursor}`}`;
      const page = (await api.call('GET', `/segments/?${query}`)).body as SegmentList;
      seen.push(...page.results.map(({ id }) => id));
      cursor = page.next_cursor;
      if (n < 7) await create({ name: `grow ${n}`, description: 'growing' });
    }
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
    // All that there were when the last page was read; the third new one came after it.
    expect(seen).toHaveLength(6);
    for (const limit of ['0', '1001', 'x', '1.5']) {
      const { status } = await api.call('GET', `/segments/?limit=${limit}`);
      expect(status).toBe(400);
    }
  });

  it('refuse a name that is taken', async () => {
    await create({ name: 'taken' });
    const { id } = await create({ name: 'free' });
    for (const answer of [
      await api.call('POST', '/segments/', { body: { name: 'taken' } }),
      await api.call('PATCH', `/segments/${id}/`, { body: { name: 'taken' } }),
    ]) {
      expect(problemOf(answer)).toMatchObject({
        status: 409,
        code: 'segment_name_taken',
        errors: [{ pointer: '/name' }],
      });
    }
  });

  it('are deleted, but not under a run', async () => {
    const { id } = await create({ name: 'to delete' });
    const { body: run } = await api.call('POST', `/segments/${id}/ml/predict/`);
    const { run_id } = run as { run_id: string };
    expect(problemOf(await api.call('DELETE', `/segments/${id}/`)).code).toBe('segment_busy');
    expect((await api.call('POST', `/ml/runs/${run_id}/cancel/`)).status).toBe(202);
    const { status, body } = await api.call('DELETE', `/segments/${id}/`);
    expect({ status, body }).toEqual({ status: 204, body: '' });
    expect(problemOf(await api.call('GET', `/segments/${id}/`)).code).toBe('segment_not_found');
    expect(problemOf(await api.call('DELETE', `/segments/${id}/`)).code).toBe('segment_not_found');
    expect(problemOf(await api.call('GET', `/ml/runs/${run_id}/`)).code).toBe('run_not_found');
  });
});

describe('previews', () => {
  it('count and sample what a rule would match', async () => {
    const { status, body } = await api.call('POST', '/segments/preview/', {
      body: { rules: GERMANS },
    });
    expect(status).toBe(200);
    const preview = body as {
      count: number;
      total: number;
      share: number;
      sample: object[];
      sql: string;
    };
    expect(preview).toMatchObject({ count: 333, total: 1000, share: 0.333 });
    expect(preview.sample).toHaveLength(20);
    expect(preview.sample.every((row) => 'country' in row && row.country === 'DE')).toBe(true);
    const [row] = await api.service.sql<{ n: number }>(
      `SELECT count(*)::int AS n FROM customers WHERE ${preview.sql}`,
    );
    expect(row?.n).toBe(333);
  });

  it('take rules that match everyone and no one', async () => {
    const everyone = await api.call('POST', '/segments/preview/', { body: { rules: null } });
    expect(everyone.body).toMatchObject({ count: 1000, share: 1 });
    const noOne = await api.call('POST', '/segments/preview/', { body: { rules: false } });
    expect(noOne.body).toMatchObject({ count: 0, share: 0, sample: [] });
  });
});

describe('members', () => {
  it('are counted by recalculation, by both of its names', async () => {
    const { id } = await create({ name: 'to count', rules: GERMANS });
    const first = await api.call('POST', `/segments/${id}/recalculate/`);
    expect(first.body).toMatchObject({ member_count: 333, previous_member_count: null });
    const second = await api.call('POST', `/segments/${id}/calculate/`);
    expect(second.body).toMatchObject({ member_count: 333, previous_member_count: 333 });
    const { recalculated_at } = second.body as { recalculated_at: string };
    const { body } = await api.call('GET', `/segments/${id}/`);
    expect(body).toMatchObject({ member_count: 333, recalculated_at });
  });

  it('are listed in pages that leave none out', async () => {
    const { id } = await create({ name: 'to list', rules: GERMANS });
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? 'limit=100' : `limit=100&cursor=${cursor}`;
      const { body } = await api.call('GET', `/segments/${id}/members/?${query}`);
      const page = body as {
        results: { customer_id: string; features: { country: string } }[];
        next_cursor: string | null;
      };
      expect(page.results.every(({ features }) => features.country === 'DE')).toBe(true);
      ids.push(...page.results.map(({ customer_id }) => customer_id));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(ids).toHaveLength(333);
    expect(ids).toEqual([...new Set(ids)].sort());
  });

  it('and their warehouse columns can be looked up', async () => {
    const { body } = await api.call('GET', '/dwh/columns/');
    expect(body).toContainEqual(
      expect.objectContaining({ name: 'country', type: 'string', top_values: ['FR', 'DE', 'GB'] }),
    );
    const features = (await api.call('GET', '/dwh/features/C000001')).body;
    expect(features).toMatchObject({ customer_id: 'C000001', total_revenue: 37.25 });
    const absent = await api.call('GET', '/dwh/features/no%2Fsuch/');
    expect(problemOf(absent)).toMatchObject({ code: 'customer_not_found' });
    expect(problemOf(absent).detail).toContain('no/such');
  });
});
