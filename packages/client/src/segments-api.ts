import type { CallOptions, Connection } from './connection.ts';
import { allOf, eachOf } from './pages.ts';
import { waitForRun, type WaitOptions } from './wait-for-run.ts';
import type {
  ChurnThresholds,
  Features,
  PredictionType,
  Run,
  Segment,
  SegmentDrivers,
  SegmentHealth,
  SegmentStats,
  TrendPoint,
} from './types.ts';

export interface SegmentFields {
  name: string;
  description?: string;
  /** A JSONLogic rule; without one the segment is everybody. */
  rules?: unknown;
  is_active?: boolean;
  churn_thresholds?: ChurnThresholds | null;
}

export interface SegmentFilter {
  search?: string;
  is_active?: boolean;
}

export interface PredictOptions extends CallOptions {
  /** `all` unless told. */
  type?: PredictionType;
  /** Whether to find out what drives churn: then `getDrivers` tells. */
  explain?: boolean;
  /** Told of the run's end by a POST. */
  callbackUrl?: string;
  /** Sending the same key again answers the same run; a random one unless told. */
  idempotencyKey?: string;
}

/** The body itself; `data` is the same object, for callers written for axios. */
export type MLStats = SegmentStats & { readonly data: SegmentStats };

export interface Member {
  customer_id: string;
  features: Features;
}

export interface Preview {
  count: number;
  total: number;
  /** `count` of `total`, from 0 to 1. */
  share: number;
  sample: Features[];
  sql: string;
}

export interface Recalculation {
  member_count: number;
  previous_member_count: number | null;
  added?: number;
  removed?: number;
  compared_with?: string;
  recalculated_at: string;
}

export interface TrendOptions extends CallOptions {
  /** Such as `churn.avg_probability`: every point then has it as its `value`. */
  metric?: string;
  /** ISO 8601. */
  from?: string;
  to?: string;
}

export type SegmentsApi = ReturnType<typeof createSegmentsApi>;

/** Segments, their predictions and their stats. */
export function createSegmentsApi(connection: Connection) {
  const { call } = connection;
  const at = (id: number, rest = '') => `/segments/${id}/${rest}`;

  const predict = (id: number, options: PredictOptions = {}): Promise<Run> => {
    const { type, explain, callbackUrl, idempotencyKey = randomKey(), signal } = options;
    const headers = { 'Idempotency-Key': idempotencyKey };
    const body = { type, explain, callback_url: callbackUrl };
    const request = { method: 'POST', body, headers, isIdempotent: true, signal } as const;
    return call<Run>(at(id, 'ml/predict/'), request);
  };

  return {
    /** All segments, over all pages. */
    getAll: ({ signal, ...query }: SegmentFilter & CallOptions = {}) =>
      allOf<Segment>(connection, '/segments/', { query, signal }),
    get: (id: number, options?: CallOptions) => call<Segment>(at(id), options),
    create: (body: SegmentFields, options?: CallOptions) =>
      call<Segment>('/segments/', { ...options, method: 'POST', body }),
    /** Changes what is named, and leaves the rest. */
    update: (id: number, body: Partial<SegmentFields>, options?: CallOptions) =>
      call<Segment>(at(id), { ...options, method: 'PATCH', body }),
    /** With its runs and predictions. */
    remove: (id: number, options?: CallOptions) =>
      call<undefined>(at(id), { ...options, method: 'DELETE' }),
    /** Whom a rule would match, before it is saved. */
    preview: (rules: unknown, options?: CallOptions) => {
      const request = { ...options, method: 'POST', body: { rules }, isIdempotent: true } as const;
      return call<Preview>('/segments/preview/', request);
    },
    /** Counts the members again. */
    recalculate: (id: number, options?: CallOptions) => {
      const request = { ...options, method: 'POST', isIdempotent: true } as const;
      return call<Recalculation>(at(id, 'recalculate/'), request);
    },
    /** Every member, by id, as they are in the warehouse now. */
    members: (id: number, options?: CallOptions) =>
      eachOf<Member>(connection, at(id, 'members/'), options),
    /** The latest aggregates; of a segment never scored all counts are 0. */
    getMLStats: async (id: number, options?: CallOptions): Promise<MLStats> => {
      const stats = await call<SegmentStats>(at(id, 'ml/stats/'), options);
      return Object.defineProperty(stats, 'data', { value: stats }) as MLStats;
    },
    /** Every active segment with its latest aggregates and how they have changed. */
    getHealth: (options?: CallOptions) => allOf<SegmentHealth>(connection, '/ml/stats/', options),
    /** A segment's aggregates over time. */
    getTrends: (id: number, { signal, ...query }: TrendOptions = {}) =>
      allOf<TrendPoint>(connection, at(id, 'ml/trends/'), { query, signal }),
    /** Why members are at risk, by the newest run that explains. */
    getDrivers: (id: number, options?: CallOptions) =>
      call<SegmentDrivers>(at(id, 'ml/drivers/'), options),
    /** Submits a run and answers it at once. An equal run that is under way is answered instead. */
    predict,
    /**
     * Submits a run and answers it when it has succeeded. The signal ends the waiting, not the run.
     * @throws SegcastError when the run fails or is cancelled.
     */
    predictAndWait: async (id: number, options: PredictOptions & WaitOptions = {}) =>
      waitForRun(connection, await predict(id, options), options),
  };
}

/** `crypto.randomUUID` is not there on pages that come by plain http. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
