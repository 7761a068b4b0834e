import { AppError, type Problem } from '@segcast/contracts';

import { ApiProblem } from './api-problem.ts';

/** A run that takes longer is asked for again. */
const WAIT_SECONDS = 20;

export interface ApiRequest {
  /** Address of the API without the prefix. */
  base: string;
  method: string;
  path: string;
  body: unknown;
  key: string | null;
}

/**
 * Asks the API and answers with its body.
 * @throws ApiProblem when it says no; AppError services_unavailable when it says nothing
 */
export async function request<T>({ base, method, path, body, key }: ApiRequest): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(base + path, {
      method,
      headers: {
        accept: 'application/json',
        ...(key !== null && { authorization: `Bearer ${key}` }),
      },
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
  const problem = (json as Problem | null) ?? {
    type: 'about:blank',
    title: answer.statusText,
    status: answer.status,
    code: 'internal',
    detail: `${method} ${base}${path} answered ${answer.status} without a reason.`,
  };
  throw new ApiProblem({ ...problem, detail: `${problem.detail}${remedyHere(problem, key)}` });
}

/** What the problem means for somebody at a command line. */
function remedyHere({ status }: Problem, key: string | null): string {
  if (status !== 401 && status !== 403) return '';
  return key === null
    ? '\nSet SEGCAST_API_KEY to a key, or name a file that holds one with --key-file; "segcast keys create" makes one.'
    : '\nThe key came from SEGCAST_API_KEY or --key-file.';
}
