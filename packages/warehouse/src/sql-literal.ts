import { AppError } from '@segcast/contracts';
import pg from 'pg';

/**
 * A text as an SQL literal, for COPY, which takes no parameters.
 * @throws AppError invalid_request for a text that PostgreSQL cannot hold
 */
export function sqlLiteral(text: string): string {
  if (!isStorable(text)) {
    throw new AppError(
      'invalid_request',
      `The text ${JSON.stringify(text)} contains a NUL or half a surrogate pair, which PostgreSQL cannot hold.`,
    );
  }
  return pg.escapeLiteral(text);
}

/** Whether PostgreSQL can hold a text: no NUL, no lone surrogate. */
export function isStorable(text: string): boolean {
  return !/\0|\p{Surrogate}/u.test(text);
}
