import type { Drift, DriverList } from '@segcast/contracts';
import type { Store } from './open-store.ts';

export interface DriversRecord {
  runId: string;
  finishedAt: Date;
  modelVersion: string;
  drivers: DriverList;
}

/** What drives the churn of a segment, by its newest run that explained; null where none did. */
export async function readDrivers(store: Store, segmentId: number): Promise<DriversRecord | null> {
  const [row] = await store.rows<DriversRecord>(
    `SELECT r.id AS "runId", r.finished_at AS "finishedAt", s.drivers,
       r.models -> 'churn' ->> 'version' AS "modelVersion"
     FROM segcast.run_segments s JOIN segcast.runs r ON r.id = s.run_id
     WHERE s.segment_id = $1 AND s.drivers IS NOT NULL AND r.status = 'succeeded'
     ORDER BY s.run_id DESC LIMIT 1`,
    [segmentId],
  );
  return row ?? null;
}

export interface DriftRecord {
  runId: string;
  finishedAt: Date;
  /** Null for a run of all active segments. */
  segmentName: string | null;
  drift: Drift;
}

/**
 * How far the inputs of a version have drifted by the newest run that measured it: of a nightly one,
 * which reads most customers, where there is one.
 */
export async function readDrift(
  store: Store,
  model: string,
  version: string,
): Promise<DriftRecord | null> {
  const [row] = await store.rows<DriftRecord>(
    `SELECT r.id AS "runId", r.finished_at AS "finishedAt", r.drift -> $1 AS drift,
       CASE WHEN r.kind = 'segment' THEN
         (SELECT s.segment_name FROM segcast.run_segments s WHERE s.run_id = r.id) END AS "segmentName"
     FROM segcast.runs r
     WHERE r.status = 'succeeded' AND r.drift -> $1 IS NOT NULL AND r.models -> $1 ->> 'version' = $2
     ORDER BY r.kind = 'nightly' DESC, r.id DESC LIMIT 1`,
    [model, version],
  );
  return row ?? null;
}
