import { setTimeout as sleep } from 'node:timers/promises';

/** Waits, however long within the test's own bound, until `probe` gives something but false. */
export async function until<T>(probe: () => Promise<T | false> | T | false): Promise<T> {
  for (;;) {
    const found = await probe();
    if (found !== false) return found;
    await sleep(20);
  }
}
