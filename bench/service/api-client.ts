import { API_PREFIX, isFinished, type Run, type Segment } from '@segcast/contracts';

/** The few routes that are measured, and those that measuring needs. */
export interface ApiClient {
  /** Address of the routes, with the prefix. */
  readonly base: string;
  createSegment(name: string, rules: unknown): Promise<Segment>;
  setActive(segmentId: number, active: boolean): Promise<void>;
  /** Scores all three predictors of a segment's members; with `waitSeconds` it waits for the end. */
  submit(segmentId: number, waitSeconds?: number): Promise<Run>;
  /** Trains a version of a model. */
  train(model: string, options: object): Promise<Run>;
  /** A run. @throws Error when it has failed or was cancelled. */
  read(runId: string): Promise<Run>;
}

export function createApiClient(url: string): ApiClient {
  const base = url + API_PREFIX;
  const call = async <T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<T> => {
    const answer = await fetch(base + path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return JSON.parse(text) as T;
  };
  return {
    base,
    createSegment: (name, rules) => call('POST', '/segments/', { name, rules }),
    setActive: async (id, active) => {
      await call('PATCH', `/segments/${id}/`, { is_active: active });
    },
    submit: (id, waitSeconds = 0) => {
      const prefer = waitSeconds > 0 ? { prefer: `wait=${waitSeconds}` } : {};
      return call('POST', `/segments/${id}/ml/predict/`, { type: 'all' }, prefer);
    },
    train: (model, options) => call('POST', `/ml/models/${model}/train/`, options),
    read: async (runId) => {
      const run = await call<Run>('GET', `/ml/runs/${runId}/`);
      if (!isFinished(run) || run.status === 'succeeded') return run;
      throw new Error(`Run ${runId} ended as ${run.status}: ${run.error?.detail ?? 'no reason'}`);
    },
  };
}
