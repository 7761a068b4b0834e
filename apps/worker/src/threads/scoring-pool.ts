import { setTimeout as sleep } from 'node:timers/promises';
import type { RunLog, ScoreShard } from '@segcast/runs';
import type { EngineName } from '@segcast/scoring';
import { ScoringThread } from './scoring-thread.ts';
import type { ThreadSettings } from './thread-messages.ts';

/** Before a thread is started again that could not be. */
const RESTART_DELAY_MS = 5000;

/** The scoring threads of a worker. A thread that ends is replaced; its shard rejects. */
export class ScoringPool {
  /** The engine that every thread runs. */
  readonly engine: EngineName;
  readonly #settings: ThreadSettings;
  readonly #log: RunLog;
  readonly #threads = new Set<ScoringThread>();
  readonly #idle: ScoringThread[] = [];
  readonly #waiting: { shard: number; take: (thread: ScoringThread) => void }[] = [];
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
    const thread = this.#idle.pop() ?? (await this.#nextIdle(shard.shard));
    let held = true;
    const release = (): void => {
      if (held) this.#release(thread);
      held = false;
    };
    try {
      await thread.score(shard, signal, { onProgress, onScored: release });
    } finally {
      release();
    }
  };

  /** Makes every shard in hand reject with the reason. */
  abort(reason: Error): void {
    for (const thread of this.#threads) thread.abort(reason);
  }

  async close(): Promise<void> {
    this.#closing.abort();
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
    this.#release(thread);
  }

  #onEnd(thread: ScoringThread, error: Error): void {
    this.#threads.delete(thread);
    const place = this.#idle.indexOf(thread);
    if (place >= 0) this.#idle.splice(place, 1);
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
  #nextIdle(shard: number): Promise<ScoringThread> {
    return new Promise((take) => {
      this.#waiting.push({ shard, take });
      this.#waiting.sort((a, b) => a.shard - b.shard);
    });
  }

  #release(thread: ScoringThread): void {
    if (!this.#threads.has(thread)) return;
    const next = this.#waiting.shift();
    if (next) next.take(thread);
    else this.#idle.push(thread);
  }
}
