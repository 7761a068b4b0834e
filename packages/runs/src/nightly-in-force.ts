import type { NightlySchedule } from '@segcast/queue';
import { readNightlySchedule, type Store } from '@segcast/store';

/**
 * The nightly schedule to be in force, or null where nothing runs at night: what was set over HTTP
 * wins over what the environment says.
 */
export async function nightlyInForce(
  store: Store,
  ofEnvironment: NightlySchedule | null,
): Promise<NightlySchedule | null> {
  const stored = await readNightlySchedule(store);
  if (stored === null) return ofEnvironment;
  return stored.enabled ? { pattern: stored.pattern, tz: stored.tz } : null;
}
