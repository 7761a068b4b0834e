import { setTimeout as sleep } from 'node:timers/promises';
import { openJobQueue } from '@segcast/queue';
import { LiveSettings, submitNightly, type RunLog } from '@segcast/runs';
import { loadConfig } from '@segcast/runtime';
import { openStore } from '@segcast/store';
import { openWarehouse } from '@segcast/warehouse';
import { RELATION } from '../service/customers.ts';
import type { Stage } from '../service/stage.ts';
import { now } from './clock.ts';

const SILENT: RunLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
const LOOK_MS = 20;
const DAY_MS = 86_400_000;

/** Fires nights one after the other and measures them. */
export interface Nights {
  /** Milliseconds from the firing until every run of it is finished. */
  measure(): Promise<number>;
  close(): Promise<void>;
}

/** The features are not refreshed: that is the warehouse's work and not that of scoring. */
export async function openNights(stage: Stage): Promise<Nights> {
  const { urls } = stage;
  const store = openStore({ url: urls.databaseUrl, poolMax: 3 });
  const warehouse = openWarehouse({
    url: urls.warehouseUrl,
    relation: RELATION,
    statementTimeoutMs: 60_000,
    poolMax: 1,
  });
  const queue = await openJobQueue(urls.queue);
  const { settings } = await LiveSettings.open({ store, warehouse, log: SILENT }, loadConfig());
  const deps = { store, queue, settings, maxActiveRuns: 1000, log: SILENT };
  let night = Date.parse('2025-07-01T02:00:00Z');
  return {
    measure: async () => {
      night += DAY_MS;
      const scheduledFor = new Date(night);
      const firedAt = now();
      await submitNightly({ ...deps, refreshFeatures: () => Promise.resolve() }, scheduledFor);
      return (await whenAllFinished(stage, scheduledFor)) - firedAt;
    },
    close: async () => {
      await queue.close();
      await warehouse.close();
      await store.close();
    },
  };
}

async function whenAllFinished({ sql }: Stage, scheduledFor: Date): Promise<number> {
  for (;;) {
    const { rows } = await sql.query<{ waiting: number; lost: number; last: Date | null }>(
      `SELECT count(*) FILTER (WHERE finished_at IS NULL)::int AS waiting,
         count(*) FILTER (WHERE status IN ('failed', 'cancelled'))::int AS lost,
         max(finished_at) AS last
       FROM segcast.runs WHERE kind = 'nightly' AND scheduled_for = $1`,
      [scheduledFor],
    );
    const { waiting, lost, last } = rows[0]!;
    if (lost > 0) throw new Error(`${lost} nightly runs did not succeed.`);
    if (waiting === 0 && last !== null) return last.getTime();
    await sleep(LOOK_MS);
  }
}
