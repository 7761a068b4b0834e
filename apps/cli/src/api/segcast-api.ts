import {
  AppError,
  type CatalogueOffer,
  type PredictionType,
  type Problem,
  type Run,
  type Segment,
} from '@segcast/contracts';

import { ApiProblem } from './api-problem.ts';

const PREFIX = '/api/loyalty/v1';
/** A run that takes longer is asked for again. */
const WAIT_SECONDS = 20;

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

/** @param url address of the API without the prefix, for example `http://127.0.0.1:3000` */
export function createSegcastApi(url: string): SegcastApi {
  const base = url.replace(/\/+$/, '');
  const call = <T>(method: string, path: string, body?: unknown) =>
    request<T>(base, method, `${PREFIX}${path}`, body);

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

async function request<T>(base: string, method: string, path: string, body: unknown): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(base + path, {
      method,
      headers: { accept: 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(WAIT_SECONDS * 1000),
    });
  } catch (cause) {
    throw new AppError(
      'services_unavailable',
      `Segcast does not answer at ${base}. Start it with "npm start", or name its address with --url.`,
      { cause },
    );
  }
  if (answer.status === 204) return undefined as T;
  const json: unknown = await answer.json().catch(() => null);
  if (answer.ok) return json as T;
  throw new ApiProblem(
    (json as Problem | null) ?? {
      type: 'about:blank',
      title: answer.statusText,
      status: answer.status,
      code: 'internal',
      detail: `${method} ${base}${path} answered ${answer.status} without a reason.`,
    },
  );
}
