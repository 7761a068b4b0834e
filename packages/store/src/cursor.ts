import { AppError, type Page } from '@segcast/contracts';

type CursorPart = number | string;
type PartShape = 'int' | 'uuid' | 'text';

/** Where a page ended, opaque to clients. */
export function encodeCursor(parts: readonly CursorPart[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/**
 * The page of a list that was asked for one row more than its `limit`, which tells whether there is
 * a next page; that begins after the row of which `partsOf` gives the place.
 */
export function pageOf<T>(
  rows: readonly T[],
  limit: number,
  partsOf: (last: T) => readonly CursorPart[],
): Page<T> {
  const results = rows.slice(0, limit);
  const last = rows.length > limit ? results.at(-1) : undefined;
  return { results, next_cursor: last === undefined ? null : encodeCursor(partsOf(last)) };
}

/**
 * The parts of a cursor that `encodeCursor` made, or null for the first page.
 * Throws `invalid_request` when it is not one of the given `shape`.
 */
export function decodeCursor(
  cursor: string | undefined,
  shape: readonly PartShape[],
): CursorPart[] | null {
  if (cursor === undefined) return null;
  const parts = parse(cursor);
  const fits = parts.length === shape.length && parts.every((part, i) => FITS[shape[i]!](part));
  if (fits) return parts as CursorPart[];
  throw new AppError(
    'invalid_request',
    `"${cursor}" is not a cursor of this list. Pass the next_cursor of the page before, unchanged.`,
    { errors: [{ pointer: '/cursor', detail: 'not a cursor of this list' }] },
  );
}

function parse(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

function isInt4(part: unknown): boolean {
  return Number.isInteger(part) && (part as number) >= -1 && (part as number) < 2 ** 31;
}

const UNSTORABLE = /[\0\p{Surrogate}]/u;

function isText(part: unknown): boolean {
  return typeof part === 'string' && !UNSTORABLE.test(part);
}

const FITS: Record<PartShape, (part: unknown) => boolean> = {
  int: isInt4,
  uuid: isUuid,
  text: isText,
};

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text is a UUID that PostgreSQL takes. */
export function isUuid(part: unknown): part is string {
  return typeof part === 'string' && UUID.test(part);
}
