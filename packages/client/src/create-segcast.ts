import { createAudiencesApi, type AudiencesApi } from './audiences-api.ts';
import { createConnection, type CallOptions, type SegcastOptions } from './connection.ts';
import { createCustomersApi, type CustomersApi } from './customers-api.ts';
import { createRunsApi, type RunsApi } from './runs-api.ts';
import { createSegmentsApi, type SegmentsApi } from './segments-api.ts';
import type { CatalogueOffer, Column, MlStatus } from './types.ts';

/** Segcast's HTTP API. Calls answer bodies, and throw `SegcastError`. */
export interface Segcast {
  segmentsApi: SegmentsApi;
  runs: RunsApi;
  customers: CustomersApi;
  audiences: AudiencesApi;
  /** The offers of the next best offer model. */
  offers: (options?: CallOptions) => Promise<CatalogueOffer[]>;
  /** The columns that rules may name. */
  columns: (options?: CallOptions) => Promise<Column[]>;
  /** The models and the engine in use. */
  status: (options?: CallOptions) => Promise<MlStatus>;
}

/**
 * A client of the API at `baseUrl`.
 * @example
 * const { segmentsApi } = createSegcast({ baseUrl: 'http://127.0.0.1:3000' });
 * const run = await segmentsApi.predictAndWait(3, { type: 'churn' });
 */
export function createSegcast(options: SegcastOptions): Segcast {
  const connection = createConnection(options);
  const { call } = connection;
  return {
    segmentsApi: createSegmentsApi(connection),
    runs: createRunsApi(connection),
    customers: createCustomersApi(connection),
    audiences: createAudiencesApi(connection),
    offers: async (each) => (await call<{ results: CatalogueOffer[] }>('/offers/', each)).results,
    columns: (each) => call<Column[]>('/dwh/columns/', each),
    status: (each) => call<MlStatus>('/ml/status/', each),
  };
}
