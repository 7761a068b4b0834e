import { setTimeout as sleep } from 'node:timers/promises';

import { AppError, type Readiness } from '@segcast/contracts';

const DEADLINE_MS = 60_000;
const POLL_MS = 50;

/**
 * Resolves when the API at `url` can serve: it answers, and so does everything that it needs.
 *
 * @throws AppError services_unavailable with what is not up, a minute later.
 */
export async function waitUntilReady(url: string, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const missing = await findMissing(url);
    if (missing === null) return;
    if (Date.now() > deadline) {
      throw new AppError('services_unavailable', `The API at ${url} is not ready: ${missing}.`);
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}

async function findMissing(url: string): Promise<string | null> {
  try {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5000) });
    if (answer.ok) return null;
    const { checks } = (await answer.json()) as Partial<Readiness>;
    return (
      Object.entries(checks ?? {})
        .filter(([, { status }]) => status === 'down')
        .map(([name, { detail }]) => `${name} is down (${detail ?? 'no reason given'})`)
        .join(', ') || `it answers ${answer.status}`
    );
  } catch {
    return 'it does not answer';
  }
}
