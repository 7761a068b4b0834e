import { AppError } from '@segcast/contracts';
import type { Client } from 'pg';

/**
 * The given day, or today by the warehouse's clock in UTC, as `YYYY-MM-DD`.
 *
 * @throws AppError `import_failed` when it is not a day.
 */
export async function asOfOrToday(client: Client, asOf: string | null): Promise<string> {
  if (asOf !== null) return checkedDay(asOf);
  const { rows } = await client.query<{ today: string }>(
    `SELECT (now() AT TIME ZONE 'UTC')::date::text AS today`,
  );
  return rows[0]!.today;
}

function checkedDay(text: string): string {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
  if (day === undefined || Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== text) {
    throw new AppError(
      'import_failed',
      `"${text}" is not a day. Write it as 1997-09-30 (--as-of).`,
    );
  }
  return text;
}
