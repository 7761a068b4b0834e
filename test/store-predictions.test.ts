import { OFFER_COUNT } from '@segcast/contracts';
import fc from 'fast-check';
import {
  findPrediction,
  finishShard,
  listFailures,
  listPredictions,
  readRunRecord,
  type PredictionColumns,
  type PredictionRecord,
  type ScoredShard,
} from '@segcast/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRunService, type RunService } from './support/run-service.ts';

let service: RunService;
beforeAll(async () => {
  service = await createRunService({ shardSize: 500 });
});
afterAll(() => service.close());

/** A customer to be stored; NaN stands for null. */
interface Customer {
  id: string;
  churn: number;
  offers: number[];
  code: number;
  recency: number;
  frequency: number;
  monetary: number;
}

const float = fc.float({ min: 0, max: 1, noNaN: true });
const orNull = (value: fc.Arbitrary<number>) =>
  fc.oneof({ weight: 4, arbitrary: value }, fc.constant(NaN));
const score = fc.integer({ min: 1, max: 5 });
const customerArbitrary: fc.Arbitrary<Customer> = fc.record({
  id: fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }).filter((id) => !id.includes('\0')),
  churn: float,
  offers: fc.array(float, { minLength: OFFER_COUNT, maxLength: OFFER_COUNT }),
  code: fc.tuple(score, score, score).map(([r, f, m]) => r * 100 + f * 10 + m),
  recency: orNull(fc.float({ noNaN: true, noDefaultInfinity: true })),
  frequency: orNull(fc.float({ noNaN: true, noDefaultInfinity: true })),
  monetary: orNull(fc.double({ noNaN: true, noDefaultInfinity: true })),
});

function columnsOf(customers: readonly Customer[]): PredictionColumns {
  const ids = customers.map(({ id }) => Buffer.from(id));
  const offsets = [0];
  for (const id of ids) offsets.push(offsets.at(-1)! + id.length);
  return {
    ids: Buffer.concat(ids),
    idOffsets: Uint32Array.from(offsets),
    churn: Float32Array.from(customers, ({ churn }) => churn),
    offers: {
      scores: Float32Array.from(customers.flatMap(({ offers }) => offers)),
      recommended: Uint8Array.from(customers, ({ offers }) => bestOf(offers)),
    },
    rfm: {
      code: Int16Array.from(customers, ({ code }) => code),
      recency: Float32Array.from(customers, ({ recency }) => recency),
      frequency: Float32Array.from(customers, ({ frequency }) => frequency),
      monetary: Float64Array.from(customers, ({ monetary }) => monetary),
    },
    memberships: null,
  };
}

function bestOf(offers: readonly number[]): number {
  return offers.indexOf(Math.max(...offers));
}

function recordOf(customer: Customer): PredictionRecord {
  const nullable = (value: number) => (Number.isNaN(value) ? null : value);
  return {
    customerId: customer.id,
    churnProbability: customer.churn,
    offerScores: customer.offers,
    rfm: {
      code: customer.code,
      recency: nullable(customer.recency),
      frequency: nullable(customer.frequency),
      monetary: nullable(customer.monetary),
    },
  };
}

function inOrder(customers: readonly Customer[]): Customer[] {
  return [...customers].sort((a, b) => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)));
}

const everybody = (runId: string) => ({ runId, segmentNumber: null });

const NO_STATS = {
  members: 0,
  successful: 0,
  failed: 0,
  imputed: 0,
  churn: null,
  nbo: null,
  rfm: null,
};

/** Keeps customers as the one shard of a run that succeeds by it. */
async function keep(parts: Pick<ScoredShard, 'columns' | 'rows'> & Partial<ScoredShard>) {
  const segment = await service.segment();
  const runId = await service.submit(segment);
  await service.sql(`UPDATE segcast.runs SET status = 'running' WHERE id = $1`, [runId]);
  await service.sql('INSERT INTO segcast.run_shards (run_id, shard) VALUES ($1, 0)', [runId]);
  const { attempt } = await service.claim(runId, 0);
  await finishShard(
    service.store,
    {
      runId,
      shard: 0,
      attempt,
      failures: [],
      stats: NO_STATS,
      counts: null,
      successful: parts.rows.length,
      imputed: 0,
      readAt: new Date(),
      version: '1',
      ...parts,
    },
    () => ({ stats: {}, warning: null, segments: [] }),
  );
  return runId;
}

async function listed(runId: string, limit: number): Promise<PredictionRecord[]> {
  const all: PredictionRecord[] = [];
  let cursor: string | undefined;
  do {
    const page = await listPredictions(service.store, everybody(runId), { limit, cursor });
    all.push(...page.results);
    if (page.next_cursor !== null) expect(page.results).toHaveLength(limit);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return all;
}

describe('chunks', () => {
  // COPY's binary format is written by hand: each type, each null and each length must be right.
  it('give back the very numbers and texts that were kept', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(customerArbitrary, { minLength: 1, maxLength: 30, selector: (c) => c.id }),
        async (customers) => {
          const sorted = inOrder(customers);
          const rows = Uint32Array.from(sorted, (customer) => customers.indexOf(customer));
          const runId = await keep({ columns: columnsOf(customers), rows });
          const expected = sorted.map(recordOf);
          expect(await listed(runId, 7)).toEqual(expected);
          const sought = expected[expected.length >> 1]!;
          expect(await findPrediction(service.store, everybody(runId), sought.customerId)).toEqual(
            sought,
          );
          expect(
            await findPrediction(service.store, everybody(runId), `${sought.customerId}~`),
          ).toEqual(
            expected.find(({ customerId }) => customerId === `${sought.customerId}~`) ?? null,
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  const many = Array.from({ length: 10_000 }, (_, n): Customer => {
    const offers = Array.from({ length: OFFER_COUNT }, (__, o) => Math.fround(((n + o) % 7) / 10));
    const code = 111 + (n % 5) * 100;
    const churn = Math.fround(n / 10_000);
    const id = `id-${String(n).padStart(6, '0')}`;
    return { id, churn, offers, code, recency: NaN, frequency: n, monetary: n / 3 };
  });

  it('hold 4,096 customers and what a search may skip them by', async () => {
    const rows = Uint32Array.from(many.keys());
    const runId = await keep({ columns: columnsOf(many), rows });
    const chunks = await service.sql(
      `SELECT chunk, count, lo, hi, min_probability AS least, max_probability AS greatest,
         recommended_offers AS offers, rfm_codes AS codes
       FROM segcast.prediction_chunks WHERE run_id = $1 ORDER BY chunk`,
      [runId],
    );
    const codes = [111, 211, 311, 411, 511];
    const offers = [0, 1, 2, 3, 4, 5, 6];
    const bounds = [0, 4096, 8192, 10_000];
    expect(chunks).toEqual(
      [0, 1, 2].map((chunk) => {
        const [from, to] = [bounds[chunk]!, bounds[chunk + 1]!];
        const [least, greatest] = [many[from]!, many[to - 1]!];
        const edges = {
          lo: least.id,
          hi: greatest.id,
          least: from / 10_000,
          greatest: (to - 1) / 10_000,
        };
        return { chunk, count: to - from, ...edges, offers, codes };
      }),
    );
    const [storage] = await service.sql(
      `SELECT string_agg(DISTINCT attstorage::text, '') AS kinds FROM pg_attribute
       WHERE attrelid = 'segcast.prediction_chunks'::regclass AND attndims > 0
         AND attname NOT IN ('recommended_offers', 'rfm_codes', 'segments')`,
    );
    expect(storage).toEqual({ kinds: 'e' });

    for (const limit of [999, 4096, 10_000]) {
      expect(await listed(runId, limit)).toEqual(many.map(recordOf));
    }
    expect(await findPrediction(service.store, everybody(runId), 'id-009999')).toEqual(
      recordOf(many[9999]!),
    );
    expect(await findPrediction(service.store, everybody(runId), 'id-01')).toBeNull();
  });

  it('leave out what the run did not ask for', async () => {
    const columns = { ...columnsOf(many.slice(0, 3)), churn: null, rfm: null };
    const runId = await keep({ columns, rows: Uint32Array.of(0, 1, 2) });
    const records = await listed(runId, 10);
    expect(records).toEqual(
      many.slice(0, 3).map((each) => ({ ...recordOf(each), churnProbability: null, rfm: null })),
    );
    const [row] = await service.sql(
      `SELECT churn_probabilities, min_probability, rfm, rfm_codes, recency
       FROM segcast.prediction_chunks WHERE run_id = $1`,
      [runId],
    );
    expect(Object.values(row!)).toEqual([null, null, null, null, null]);
  });
});

describe('the view of predictions', () => {
  it('shows to SQL what the listing shows, and only of runs that succeeded', async () => {
    const customers = [
      { churn: 0.7, offers: [0, 0.5, 0.5, 0, 0, 0, 0, 0] },
      { churn: 0.71, offers: [1, 0, 0, 0, 0, 0, 0, 0] },
      { churn: 0.4, offers: [0, 0, 0, 0, 0, 0, 0, 1] },
      { churn: 0.41, offers: [0, 0, 0, 1, 0, 0, 0, 0] },
    ].map(({ churn, offers }, n): Customer => {
      const numbers = { churn: Math.fround(churn), offers, code: 545 };
      return { id: `c${n}`, ...numbers, recency: 1.5, frequency: NaN, monetary: 0.1 };
    });
    const runId = await keep({ columns: columnsOf(customers), rows: Uint32Array.of(0, 1, 2, 3) });
    const view = `SELECT customer_id, churn_probability, churn_risk, recommended_offer, confidence,
      rfm_code, recency, frequency, monetary FROM segcast.predictions WHERE run_id = $1`;
    const risks = ['medium', 'high', 'low', 'medium'];
    const recommended = ['offer_1', 'offer_0', 'offer_7', 'offer_3'];
    expect(await service.sql(view, [runId])).toEqual(
      (await listed(runId, 10)).map((record, n) => ({
        customer_id: record.customerId,
        churn_probability: Number(record.churnProbability!.toPrecision(6)),
        churn_risk: risks[n],
        recommended_offer: recommended[n],
        confidence: Math.max(...record.offerScores!),
        rfm_code: record.rfm!.code,
        recency: record.rfm!.recency,
        frequency: record.rfm!.frequency,
        monetary: record.rfm!.monetary,
      })),
    );
    await service.sql(`UPDATE segcast.runs SET status = 'failed' WHERE id = $1`, [runId]);
    expect(await service.sql(view, [runId])).toEqual([]);
  });
});

describe('failures', () => {
  it('are listed in the order they were given, in pages', async () => {
    const failures = Array.from({ length: 5003 }, (_, n) => ({
      customerId: `c${String(n).padStart(5, '0')}`,
      code: 'input_not_finite',
      error: `column "${n}" is NaN`,
    }));
    const columns = columnsOf([]);
    const runId = await keep({ columns, rows: new Uint32Array(0), failures });
    const all = [];
    let cursor: string | undefined;
    do {
      const page = await listFailures(service.store, everybody(runId), { limit: 1000, cursor });
      all.push(...page.results);
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    expect(all).toEqual(
      failures.map(({ customerId, code, error }) => ({ customer_id: customerId, code, error })),
    );
    expect(await readRunRecord(service.store, runId)).toMatchObject({
      status: 'succeeded',
      processed: 5003,
      successful: 0,
      failed: 5003,
    });
  });
});
