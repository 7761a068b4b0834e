import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@segcast/contracts';
import type { RunLog, ScoreShard } from '@segcast/runs';
import type { EngineName } from '@segcast/scoring';
import type { ClaimedShard } from '@segcast/store';
import { ScoringThread } from './scoring-thread.ts';
import type { ThreadSettings } from './thread-messages.ts';

/** Before a thread is started again that could not be. */
const RESTART_DELAY_MS = 5000;

/** One is scored while another is saved. */
export const SHARDS_PER_THREAD = 2;

/** A shard for which no thread is free. */
interface Waiting {
  shard: ClaimedShard;
  take: (thread: ScoringThread) => void;
  giveUp: (reason: Error) => void;
}

/** The scoring threads of a worker. A thread that ends is replaced; its shard rejects. */
export class ScoringPool {
  /** The engine that every thread runs. */
  readonly engine: EngineName;
  readonly #settings: ThreadSettings;
  readonly #log: RunLog;
  readonly #threads = new Set<ScoringThread>();
  readonly #idle = new Set<ScoringThread>();
  /** Those that were given a shard and have not scored it yet. */
  readonly #scoring = new Map<ScoringThread, ClaimedShard>();
  readonly #waiting: Waiting[] = [];
  readonly #closing = new AbortController();

  private constructor(first: ScoringThread, settings: ThreadSettings, log: RunLog) {
    this.engine = first.engine;
    // The others, and later ones, take what the first has chosen: a choice may fall out otherwise.
    this.#settings = { ...settings, engine: first.engine };
    this.#log = log;
    this.#add(first);
  }

  /** @throws AppError `invalid_model` or `engine_unavailable` when a thread cannot score. */
  static async start(settings: ThreadSettings, size: number, log: RunLog): Promise<ScoringPool> {
    const first = await ScoringThread.start(settings);
    for (const note of first.notes) log.info({ engine: first.engine }, note);
    const pool = new ScoringPool(first, settings, log);
    try {
      await Promise.all(Array.from({ length: size - 1 }, () => pool.#startOne()));
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  /**
   * Scores a shard in the next thread that is free, which it is again when the shard only has to be
   * saved.
   */
  readonly scoreShard: ScoreShard = async (shard, signal, onProgress) => {
    const thread = this.#takeIdle(shard) ?? (await this.#nextIdle(shard, signal));
    const onScored = (): void => {
      if (this.#scoring.get(thread) === shard) this.#scoring.delete(thread);
      this.#offer(thread);
    };
    await thread.score(shard, signal, { onProgress, onScored }).finally(onScored);
  };

  /** Makes every shard in hand reject with the reason, and those that wait. */
  abort(reason: Error): void {
    for (const { giveUp } of this.#waiting.splice(0)) giveUp(reason);
    for (const thread of this.#threads) thread.abort(reason);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.abort(new AppError('internal', 'The worker was stopped.'));
    await Promise.all([...this.#threads].map((thread) => thread.stop()));
  }

  async #startOne(): Promise<void> {
    const thread = await ScoringThread.start(this.#settings);
    if (this.#closing.signal.aborted) await thread.stop();
    else this.#add(thread);
  }

  #add(thread: ScoringThread): void {
    this.#threads.add(thread);
    void thread.ended.then((error) => this.#onEnd(thread, error));
    this.#offer(thread);
  }

  #onEnd(thread: ScoringThread, error: Error): void {
    this.#threads.delete(thread);
    this.#idle.delete(thread);
    this.#scoring.delete(thread);
    if (this.#closing.signal.aborted) return;
    this.#log.error({ error }, 'scoring thread ended; another is started');
    void this.#replace();
  }

  async #replace(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      try {
        await this.#startOne();
        return;
      } catch (error) {
        this.#log.error({ error }, 'scoring thread could not be started; trying again');
        await sleep(RESTART_DELAY_MS, undefined, { ref: false });
      }
    }
  }

  /** The first shards of runs come first, as in the queue: a small run waits for no large one's. */
  #nextIdle(shard: ClaimedShard, signal: AbortSignal): Promise<ScoringThread> {
    return new Promise((take, giveUp) => {
      const waiting = { shard, take, giveUp };
      this.#waiting.push(waiting);
      this.#waiting.sort((a, b) => a.shard.shard - b.shard.shard);
      const onAbort = (): void => {
        const place = this.#waiting.indexOf(waiting);
        if (place < 0) return;
        this.#waiting.splice(place, 1);
        giveUp(signal.reason as Error);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      if (signal.aborted) onAbort();
    });
  }

  #takeIdle(shard: ClaimedShard): ScoringThread | undefined {
    const [thread] = this.#idle;
    if (thread) this.#give(thread, shard);
    return thread;
  }

  #give(thread: ScoringThread, shard: ClaimedShard): void {
    this.#idle.delete(thread);
    this.#scoring.set(thread, shard);
  }

  /** Gives a thread that can take one a shard that waits, or notes that it is idle. */
  #offer(thread: ScoringThread): void {
    if (!this.#threads.has(thread) || this.#scoring.has(thread)) return;
    if (thread.shardsInHand >= SHARDS_PER_THREAD) return;
    const next = this.#waiting.shift();
    if (next === undefined) {
      this.#idle.add(thread);
      return;
    }
    this.#give(thread, next.shard);
    next.take(thread);
  }
}
