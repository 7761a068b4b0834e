import { setTimeout as sleep } from 'node:timers/promises';

export interface OpenLoopOptions {
  /** Arrivals a second, evenly spaced. */
  rate: number;
  count: number;
  /** Sends request number i, and resolves with its HTTP status when all of its answer is there. */
  send: (i: number) => Promise<number>;
}

export interface OpenLoopFound {
  /** Milliseconds from when a request was meant to be sent until it was answered. */
  latencies: number[];
  /** Answers that were no success, by status. */
  refused: Record<number, number>;
}

/**
 * Sends requests at their times, however long those before them take: a service that stops for a
 * second makes all wait that arrive meanwhile, and they are all counted with their waiting. A request
 * that leaves late, by up to the millisecond that timers are late by, is timed from when it was due.
 */
export async function openLoop({ rate, count, send }: OpenLoopOptions): Promise<OpenLoopFound> {
  const latencies: number[] = [];
  const refused: Record<number, number> = {};
  const started = performance.now();
  const dueAt = (i: number): number => started + (i * 1000) / rate;
  const underway: Promise<void>[] = [];
  const one = async (i: number): Promise<void> => {
    const status = await send(i);
    latencies.push(performance.now() - dueAt(i));
    if (status >= 400) refused[status] = (refused[status] ?? 0) + 1;
  };
  for (let i = 0; i < count; i++) {
    const early = dueAt(i) - performance.now();
    if (early > 0) await sleep(early);
    underway.push(one(i));
  }
  await Promise.all(underway);
  return { latencies, refused };
}
