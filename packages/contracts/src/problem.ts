import { z } from 'zod';
import type { FieldError } from './app-error.ts';
import { ERROR_CODES, type ErrorCode } from './error-codes.ts';

/** RFC 9457 problem details. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
});
export type Problem = z.infer<typeof problemSchema>;

/** What makes a problem: `AppError` has this shape. */
export interface ProblemSource {
  code: ErrorCode;
  message: string;
  errors?: FieldError[] | undefined;
}

/** The problem details of an error, by the catalogue; `type` leads to the code's entry in it. */
export function toProblem({ code, message, errors }: ProblemSource): Problem {
  const { status, title } = ERROR_CODES[code];
  const problem = { type: `/docs/errors#${code}`, title, status, code, detail: message };
  return errors === undefined || errors.length === 0 ? problem : { ...problem, errors };
}
