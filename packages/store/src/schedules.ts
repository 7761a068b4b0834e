import type { Store } from './open-store.ts';

/** A schedule that was set over HTTP. */
export interface ScheduleRecord {
  pattern: string;
  tz: string;
  enabled: boolean;
  updatedAt: Date;
}

const COLUMNS = 'pattern, tz, enabled, updated_at AS "updatedAt"';

/** What was set for the nightly run, or null where nothing was. */
export async function readNightlySchedule(store: Store): Promise<ScheduleRecord | null> {
  const [row] = await store.rows<ScheduleRecord>(
    `SELECT ${COLUMNS} FROM segcast.schedules WHERE name = 'nightly'`,
  );
  return row ?? null;
}

export async function saveNightlySchedule(
  store: Store,
  { pattern, tz, enabled }: Omit<ScheduleRecord, 'updatedAt'>,
): Promise<ScheduleRecord> {
  const [row] = await store.rows<ScheduleRecord>(
    `INSERT INTO segcast.schedules (name, pattern, tz, enabled) VALUES ('nightly', $1, $2, $3)
     ON CONFLICT (name) DO UPDATE SET pattern = excluded.pattern, tz = excluded.tz,
       enabled = excluded.enabled, updated_at = clock_timestamp()
     RETURNING ${COLUMNS}`,
    [pattern, tz, enabled],
  );
  return row!;
}
