import type { AllResult, ResultItem, Run } from '@segcast/contracts';
import { planShards, submitNightly, sweep } from '@segcast/runs';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExportSlots } from '../apps/api/src/exports/export-slots.ts';
import { problemOf } from './support/api-answers.ts';
import { startApiServer, type ApiServer } from './support/api-server.ts';
import { customersSql } from './support/run-service.ts';

const CUSTOMERS = 6000;
/** Ids that CSV, a spreadsheet or SQL could take for something else. */
const STRANGE = ['=1+1', '-5', 'a,b', 'say "hi"', 'two\nlines', "O'Brien", 'naïve ✓'];

let api: ApiServer;
let runId: string;
let all: ResultItem[];

beforeAll(async () => {
  const rename = STRANGE.map((id, n) => {
    const literal = `'${id.replaceAll("'", "''")}'`;
    return `UPDATE customers SET customer_id = ${literal} WHERE customer_id = 'C00${1000 + n}';`;
  });
  const customers = `${customersSql(CUSTOMERS)};${rename.join('')}`;
  api = await startApiServer({ customers, shardSize: 2500 });
  const segment = await api.service.segment({}, { churnThresholds: { high: 0.52, medium: 0.5 } });
  runId = await api.service.plan(segment);
  await api.service.finish(runId);
  all = await pages('');
});
afterAll(() => api.close());

const path = (query: string, run = runId) => `/ml/runs/${run}/results/?${query}`;

async function pages(query: string, limit = 1000, run = runId): Promise<ResultItem[]> {
  const items: ResultItem[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const more: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const { body } = await api.call('GET', path(`limit=${limit}&${query}${more}`, run));
    const page = body as { results: ResultItem[]; next_cursor: string | null };
    items.push(...page.results);
    cursor = page.next_cursor;
  }
  return items;
}

async function exported(type: string, query: string, headers: Record<string, string> = {}) {
  const answer = await api.call('GET', path(query), { headers: { Accept: type, ...headers } });
  return { ...answer, text: answer.body as string };
}

async function lines(query: string): Promise<ResultItem[]> {
  const { text } = await exported('application/x-ndjson', query);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as ResultItem);
}

const both = ({ result }: ResultItem) => result as AllResult;
const probability = (item: ResultItem) => both(item).churn.churn_probability;

/** What each filter means, by what the results show. */
const MEANING: Record<string, (item: ResultItem, value: string) => boolean> = {
  risk: (item, value) => both(item).churn.churn_risk === value,
  offer: (item, value) => both(item).nbo.recommended_offer === value,
  rfm_segment: (item, value) => both(item).rfm.segment === value,
  min_probability: (item, value) => probability(item) >= Number(value),
  max_probability: (item, value) => probability(item) <= Number(value),
  customer_id: (item, value) => item.customer_id === value,
};

function expected(filter: Record<string, string>): ResultItem[] {
  return all.filter((item) =>
    Object.entries(filter).every(([name, value]) => MEANING[name]!(item, value)),
  );
}

describe('filtered results', () => {
  it('are those that show what was asked for, in pages and as lines', async () => {
    expect(all).toHaveLength(CUSTOMERS);
    const some = fc.constantFrom(...all);
    const near = fc
      .tuple(some, fc.constantFrom(-1e-9, 0, 1e-9))
      .map(([item, off]) => String(Math.min(1, Math.max(0, probability(item) + off))));
    const filters = fc.record(
      {
        risk: fc.constantFrom('high', 'medium', 'low'),
        offer: some.map((item) => both(item).nbo.recommended_offer),
        rfm_segment: some.map((item) => both(item).rfm.segment),
        min_probability: near,
        max_probability: near,
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(filters, async (filter) => {
        const query = new URLSearchParams(filter).toString();
        const wanted = expected(filter);
        const limit = Math.max(1, Math.ceil(wanted.length / 3));
        expect(await pages(query, Math.min(limit, 1000))).toEqual(wanted);
        expect(await lines(query)).toEqual(wanted);
      }),
      { numRuns: 15 },
    );
  });

  it('are those of one customer, whatever its id', async () => {
    for (const id of [...STRANGE, 'C000001']) {
      const query = `customer_id=${encodeURIComponent(id)}`;
      expect((await pages(query)).map(({ customer_id }) => customer_id)).toEqual([id]);
    }
    expect(await pages('customer_id=nobody')).toEqual([]);
  });

  it('have every risk, by the thresholds of the run', () => {
    const risks = new Set(all.map((item) => both(item).churn.churn_risk));
    expect([...risks].sort()).toEqual(['high', 'low', 'medium']);
  });

  it('of a segment of a night are those of its members, by its thresholds', async () => {
    const { service } = api;
    const germans = await service.segment(
      { '==': [{ var: 'country' }, 'DE'] },
      { churnThresholds: { high: 0.51, medium: 0.4 } },
    );
    const deps = { ...service.submitDeps, refreshFeatures: () => Promise.resolve() };
    const { runId: night } = await submitNightly(deps, new Date('2026-01-01T02:00:00Z'));
    await planShards(service.planDeps, { run_id: night!, dispatch: 0 });
    await service.finish(night!);
    const names = await service.sql<{ id: string }>(
      `SELECT customer_id AS id FROM customers WHERE country = 'DE'`,
    );
    const members = new Set(names.map(({ id }) => id));
    const found = await pages(`segment_id=${germans.id}&risk=high`, 30, night!);
    const high = all.filter((item) => members.has(item.customer_id) && probability(item) > 0.51);
    expect(found.map((item) => [item.customer_id, probability(item)])).toEqual(
      high.map((item) => [item.customer_id, probability(item)]),
    );
    expect(high.length).toBeGreaterThan(30);
    const everybody = await pages('min_probability=0.51', 1000, night!);
    expect(everybody.length).toBeGreaterThan(high.length);
  });

  it('refuse what the run cannot tell', async () => {
    const segment = await api.service.segment();
    const rfm = await api.service.plan(segment, 'rfm');
    await api.service.finish(rfm);
    const ask = async (query: string, run = rfm) =>
      problemOf(await api.call('GET', `/ml/runs/${run}/results/?${query}`));
    expect(await ask('risk=high')).toMatchObject({ status: 400, errors: [{ pointer: '/risk' }] });
    expect(await ask('offer=offer_3')).toMatchObject({ errors: [{ pointer: '/offer' }] });
    const unknown = await ask('rfm_segment=champions');
    expect(unknown).toMatchObject({ status: 400, code: 'invalid_request' });
    expect(unknown.detail).toContain('Champions, Hibernating');
    for (const query of ['risk=huge', 'offer=offer_8', 'min_probability=2', 'colour=red']) {
      expect(await ask(query, runId)).toMatchObject({ status: 400 });
    }
    const { body } = await api.call('GET', `/ml/runs/${rfm}/results/?rfm_segment=Champions`);
    expect((body as { results: ResultItem[] }).results.length).toBeGreaterThan(0);
    const csv = await api.call('GET', `/ml/runs/${rfm}/results/`, {
      headers: { Accept: 'text/csv' },
    });
    expect((csv.body as string).split('\r\n', 1)[0]).toBe(
      'customer_id,recency,frequency,monetary,r_score,f_score,m_score,rfm_code,rfm_segment',
    );
  });
});

describe('an export', () => {
  const flat = (item: ResultItem) => {
    const { churn, nbo, rfm } = both(item);
    const field = (value: number | null) => (value === null ? '' : String(value));
    return {
      customer_id: item.customer_id,
      churn_probability: String(churn.churn_probability),
      churn_risk: churn.churn_risk,
      recommended_offer: nbo.recommended_offer,
      confidence: String(nbo.confidence),
      ...Object.fromEntries(Object.entries(nbo.offer_scores).map(([id, p]) => [id, String(p)])),
      recency: field(rfm.recency),
      frequency: field(rfm.frequency),
      monetary: field(rfm.monetary),
      r_score: String(rfm.r_score),
      f_score: String(rfm.f_score),
      m_score: String(rfm.m_score),
      rfm_code: rfm.rfm_code,
      rfm_segment: rfm.segment,
    };
  };

  it('as CSV is what the pages show, to a strict reader', async () => {
    const { headers, text } = await exported('text/csv', '', { 'Accept-Encoding': 'gzip' });
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(headers.get('content-encoding')).toBe('gzip');
    expect(headers.get('content-disposition')).toBe(
      `attachment; filename="run-${runId}-results.csv"`,
    );
    expect(headers.get('vary')).toBe('Accept, Accept-Encoding');
    const records: unknown[] = parse(text, { columns: true, record_delimiter: '\r\n' });
    expect(records).toEqual(all.map(flat));
    const high = await exported('text/csv', 'risk=high');
    const highRecords: unknown[] = parse(high.text, { columns: true });
    expect(highRecords).toEqual(expected({ risk: 'high' }).map(flat));
  });

  it('without any result is a header', async () => {
    const { text } = await exported('text/csv', 'customer_id=nobody');
    expect(text).toMatch(/^customer_id,[^\r\n]*\r\n$/);
    expect((await exported('application/x-ndjson', 'customer_id=nobody')).text).toBe('');
  });

  it('keeps ids as they are, unless it is for a spreadsheet', async () => {
    const ids = async (query: string) => {
      const { text } = await exported('text/csv', query);
      const records: { customer_id: string }[] = parse(text, { columns: true });
      return records.map(({ customer_id }) => customer_id);
    };
    expect(await ids('')).toEqual(expect.arrayContaining(STRANGE));
    expect(await ids('spreadsheet=true')).toEqual(
      expect.arrayContaining(["'=1+1", "'-5", 'a,b', 'say "hi"']),
    );
  });

  it('waits for the end of the run', async () => {
    const segment = await api.service.segment();
    const queued = await api.service.submit(segment, 'churn');
    const refused = await api.call('GET', `/ml/runs/${queued}/results/`, {
      headers: { Accept: 'text/csv' },
    });
    expect(problemOf(refused)).toMatchObject({ status: 409, code: 'run_unfinished' });
    expect(refused.headers.get('content-disposition')).toBeNull();
    await api.call('POST', `/ml/runs/${queued}/cancel/`);
  });

  it('is refused while too many are under way', async () => {
    const none = await startApiServer({ deps: { exportSlots: new ExportSlots(0) } });
    try {
      const id = await none.service.plan(await none.service.segment());
      await none.service.finish(id);
      const refused = await none.call('GET', `/ml/runs/${id}/results/`, {
        headers: { Accept: 'application/x-ndjson' },
      });
      expect(problemOf(refused)).toMatchObject({ status: 503, code: 'too_many_exports' });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    } finally {
      await none.close();
    }
  });
});

// An empty list would say that nobody was at risk.
it('the results of a run whose predictions were deleted are gone', async () => {
  const segment = await api.service.segment();
  const old = await api.service.plan(segment);
  await api.service.finish(old);
  await api.service.finish(await api.service.plan(segment));
  await sweep({ ...api.service.sweepDeps, keepRuns: 1 });
  for (const query of ['results/', 'results/?risk=high', 'errors/']) {
    const answer = await api.call('GET', `/ml/runs/${old}/${query}`);
    expect(problemOf(answer)).toMatchObject({ status: 410, code: 'predictions_deleted' });
  }
  const csv = await api.call('GET', `/ml/runs/${old}/results/`, {
    headers: { Accept: 'text/csv' },
  });
  expect(problemOf(csv)).toMatchObject({ status: 410 });
  const run = (await api.call('GET', `/ml/runs/${old}/`)).body as Run;
  expect(run).toMatchObject({ status: 'succeeded', processed: CUSTOMERS, results: [] });
});
