import { AppError, type FieldError } from '@segcast/contracts';
import { z } from 'zod';

const nothing = z.strictObject({});

export type Part = 'path' | 'query' | 'body';

/**
 * Parses a part of a request. Pointers start at the body's root, or at the parameters'.
 * @throws AppError `invalid_request` with every fault and its place.
 */
export function validate<S extends z.ZodType>(
  schema: S | undefined,
  value: unknown,
  part: Part,
): z.output<S> {
  // A body that no schema asks for is let be; parameters that none asks for are mistakes.
  if (schema === undefined && part === 'body') return undefined as z.output<S>;
  const parsed = z.safeParse(schema ?? nothing, value, { error: describeIssue });
  if (parsed.success) return parsed.data as z.output<S>;
  const errors = parsed.error.issues.flatMap((issue) => locate(issue, part));
  throw new AppError('invalid_request', summarize(errors, part), { errors });
}

function describeIssue(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type' && issue.input === undefined) return 'is required';
  return undefined;
}

function locate(issue: z.core.$ZodIssue, part: Part): FieldError[] {
  const pointer = toPointer(issue.path);
  if (issue.code !== 'unrecognized_keys') return [{ pointer, detail: issue.message }];
  const detail = part === 'query' ? 'unknown query parameter' : 'unknown field';
  return issue.keys.map((key) => ({ pointer: pointer + toPointer([key]), detail }));
}

/** A JSON pointer (RFC 6901) of a path of keys. */
export function toPointer(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function summarize(errors: readonly FieldError[], part: Part): string {
  const rest = errors.length - 1;
  const more = rest < 1 ? '' : `, and ${rest} more ${rest === 1 ? 'fault' : 'faults'}`;
  const { pointer = '', detail = 'is not valid' } = errors[0] ?? {};
  return `The ${part} is not valid: ${pointer === '' ? '' : `${pointer} `}${detail}${more}.`;
}
