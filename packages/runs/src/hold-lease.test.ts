import type { Renewal } from '@segcast/store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { holdLease } from './hold-lease.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A lease whose renewals answer in turn, and how many there were. */
function leaseOf(...answers: (Renewal | Error)[]) {
  const renew = vi.fn(() => {
    const answer = answers.shift() ?? 'renewed';
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  });
  return { lease: holdLease(renew, 1000), renew };
}

describe('holdLease', () => {
  it('renews at every beat until it is let go', async () => {
    const { lease, renew } = leaseOf();
    await vi.advanceTimersByTimeAsync(3500);
    expect(renew).toHaveBeenCalledTimes(3);
    await lease.letGo();
    await vi.advanceTimersByTimeAsync(5000);
    expect(renew).toHaveBeenCalledTimes(3);
    expect(lease.signal.aborted).toBe(false);
  });

  it.each([
    ['cancelled', 'run_cancelled'],
    ['lost', 'fence_lost'],
  ] as const)('aborts the work when the claim is %s', async (answer, code) => {
    const { lease, renew } = leaseOf('renewed', answer);
    await vi.advanceTimersByTimeAsync(5000);
    expect(renew).toHaveBeenCalledTimes(2);
    expect(lease.signal.reason).toMatchObject({ code });
  });

  it('stops without a word when the work has been saved', async () => {
    const { lease, renew } = leaseOf('done');
    await vi.advanceTimersByTimeAsync(5000);
    expect(renew).toHaveBeenCalledTimes(1);
    expect(lease.signal.aborted).toBe(false);
  });

  // Giving up at the first failure would end every shard under way with a restart of the database.
  it('goes on when a renewal fails', async () => {
    const { lease, renew } = leaseOf(new Error('away'), new Error('away'), 'cancelled');
    await vi.advanceTimersByTimeAsync(5000);
    expect(renew).toHaveBeenCalledTimes(3);
    expect(lease.signal.aborted).toBe(true);
  });

  it('waits for the renewal under way before it is let go', async () => {
    let answer: (renewal: Renewal) => void = () => undefined;
    const lease = holdLease(() => new Promise<Renewal>((resolve) => (answer = resolve)), 1000);
    await vi.advanceTimersByTimeAsync(1000);
    let gone = false;
    const letGo = lease.letGo().then(() => (gone = true));
    await vi.advanceTimersByTimeAsync(5000);
    expect(gone).toBe(false);
    answer('renewed');
    await letGo;
    expect(vi.getTimerCount()).toBe(0);
  });
});
