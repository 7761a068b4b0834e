export type { AudienceFields, AudiencesApi } from './audiences-api.ts';
export type { CallOptions, SegcastOptions } from './connection.ts';
export { createSegcast, type Segcast } from './create-segcast.ts';
export type { CustomerPredictOptions, CustomersApi, CustomerSegments } from './customers-api.ts';
export type { OfSegment, RunFilter, RunsApi } from './runs-api.ts';
export { SegcastError } from './segcast-error.ts';
export type {
  Member,
  MLStats,
  PredictOptions,
  Preview,
  Recalculation,
  SegmentFields,
  SegmentFilter,
  SegmentsApi,
  TrendOptions,
} from './segments-api.ts';
export type * from './types.ts';
export type { WaitOptions } from './wait-for-run.ts';
