import { AppError, type FieldError } from '@segcast/contracts';

import { ApiProblem } from './api/api-problem.ts';

/** An error as lines for a person: what went wrong, where, what to do; or as JSON for a machine. */
export function describeError(error: unknown, json: boolean): string {
  const { code, detail, errors } = factsOf(error);
  if (json) return JSON.stringify({ error: { code, detail, ...(errors && { errors }) } });
  const places = (errors ?? []).map((place) => `\n  ${place.pointer || '/'}: ${place.detail}`);
  return `Error: ${detail}${places.join('')}`;
}

interface ErrorFacts {
  code: string;
  detail: string;
  errors?: FieldError[] | undefined;
}

function factsOf(error: unknown): ErrorFacts {
  if (error instanceof ApiProblem) return error.problem;
  if (error instanceof AppError) {
    return { code: error.code, detail: error.message, errors: error.errors };
  }
  return { code: 'internal', detail: error instanceof Error ? error.message : String(error) };
}
