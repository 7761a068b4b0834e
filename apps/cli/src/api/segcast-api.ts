import {
  AppError,
  type CatalogueOffer,
  type PredictionType,
  type Run,
  type Segment,
} from '@segcast/contracts';

import { ApiProblem } from './api-problem.ts';
import { request } from './request.ts';

const PREFIX = '/api/loyalty/v1';

/** The routes that the commands use, at one address. */
export interface SegcastApi {
  readonly url: string;
  listSegments(): Promise<Segment[]>;
  /** By id, or by name where no id fits. */
  findSegment(idOrName: string): Promise<Segment>;
  createSegment(segment: { name: string; description?: string; rules?: unknown }): Promise<Segment>;
  deleteSegment(id: number): Promise<void>;
  submitRun(segmentId: number, type: PredictionType): Promise<Run>;
  /** Names of offers by their ids. */
  offerNames(): Promise<Map<string, string>>;
  getRun(runId: string): Promise<Run>;
  cancelRun(runId: string): Promise<Run>;
}

export interface SegcastApiOptions {
  /** Sent with every request. */
  key?: string | null;
  /** Asked for another key when the API refuses this one; the request is then made again. */
  renewKey?: () => Promise<string>;
}

/** @param url address of the API without the prefix, for example `http://127.0.0.1:3000` */
export function createSegcastApi(url: string, options: SegcastApiOptions = {}): SegcastApi {
  const base = url.replace(/\/+$/, '');
  let key = options.key ?? null;
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const target = { base, method, path: `${PREFIX}${path}`, body };
    try {
      return await request<T>({ ...target, key });
    } catch (error) {
      const isRefused = error instanceof ApiProblem && error.problem.status === 401;
      if (!isRefused || options.renewKey === undefined) throw error;
      key = await options.renewKey();
      return request<T>({ ...target, key });
    }
  };

  const listSegments = async () => {
    const all: Segment[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: { results: Segment[]; next_cursor: string | null } = await call(
        'GET',
        `/segments/?limit=1000${query}`,
      );
      all.push(...page.results);
      cursor = page.next_cursor;
    } while (cursor !== null);
    return all;
  };

  return {
    url: base,
    listSegments,
    findSegment: async (idOrName) => {
      if (/^\d+$/.test(idOrName)) return call('GET', `/segments/${idOrName}/`);
      const segments = await listSegments();
      const found = segments.find(({ name }) => name.toLowerCase() === idOrName.toLowerCase());
      if (found) return found;
      const names = segments.map(({ id, name }) => `${id} ${name}`).join(', ');
      throw new AppError(
        'segment_not_found',
        `There is no segment "${idOrName}". There are: ${names || 'none yet'}.`,
      );
    },
    createSegment: (segment) => call('POST', '/segments/', segment),
    deleteSegment: (id) => call('DELETE', `/segments/${id}/`),
    submitRun: (segmentId, type) => call('POST', `/segments/${segmentId}/ml/predict/`, { type }),
    offerNames: async () => {
      const { results } = await call<{ results: CatalogueOffer[] }>('GET', '/offers/');
      return new Map(results.map(({ offer_id, offer_name }) => [offer_id, offer_name]));
    },
    getRun: (runId) => call('GET', `/ml/runs/${runId}/`),
    cancelRun: (runId) => call('POST', `/ml/runs/${runId}/cancel/`),
  };
}
