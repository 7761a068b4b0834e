import type { Stage } from '../service/stage.ts';

/**
 * Puts the database into one state before each measurement: nothing kept of the one before, and
 * nothing left to be written behind the next one's back.
 */
export async function freshStore({ sql }: Stage): Promise<void> {
  await sql.query('TRUNCATE segcast.prediction_chunks, segcast.prediction_failures');
  await sql.query('CHECKPOINT');
}
