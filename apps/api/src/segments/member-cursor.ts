import { AppError } from '@segcast/contracts';

const WELL_FORMED = /^[A-Za-z0-9_-]+$/;

/** Where a page of members ended: after this customer. */
export function encodeMemberCursor(customerId: string): string {
  return Buffer.from(JSON.stringify(customerId)).toString('base64url');
}

/**
 * The customer that `encodeMemberCursor` wrote down.
 * @throws AppError `invalid_request` when it is no such cursor.
 */
export function decodeMemberCursor(cursor: string): string {
  if (WELL_FORMED.test(cursor)) {
    try {
      const id: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
      if (typeof id === 'string' && !/[\0\p{Surrogate}]/u.test(id)) return id;
    } catch {
      // Not ours: said below.
    }
  }
  throw new AppError(
    'invalid_request',
    `"${cursor}" is not a cursor of this list; pass the next_cursor of the page before, unchanged.`,
    { errors: [{ pointer: '/cursor', detail: 'not a cursor of this list' }] },
  );
}
