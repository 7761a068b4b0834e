import { isFinished, type RunSummary } from '@segcast/contracts';
import { toRunSummaries } from '@segcast/runs';
import { readRunRecord, type RunNotices, type Store } from '@segcast/store';
import { versionOf } from './run-version.ts';

const POLL_MS = 500;
/** Proxies give up a connection that is silent for a minute. */
const HEARTBEAT_MS = 15_000;

/** How a run stands. */
export interface RunState {
  version: string;
  run: RunSummary;
}

export interface RunFeedsOptions {
  store: Store;
  notices: RunNotices;
  pollMs?: number;
  heartbeatMs?: number;
}

/** Follows runs for any number of listeners: those of one run share one look at it. */
export class RunFeeds {
  readonly #options: Required<RunFeedsOptions>;
  readonly #feeds = new Map<string, Feed>();

  constructor({ pollMs = POLL_MS, heartbeatMs = HEARTBEAT_MS, ...options }: RunFeedsOptions) {
    this.#options = { ...options, pollMs, heartbeatMs };
  }

  /** Runs that are looked at just now. */
  get size(): number {
    return this.#feeds.size;
  }

  /**
   * How a run stands, whenever that changes, until it is finished or the signal is aborted; null
   * when nothing has changed for a while. Who is slow misses what is between. Throws
   * `run_not_found`, and what keeps it from being read.
   */
  async *follow(runId: string, signal: AbortSignal): AsyncGenerator<RunState | null, void> {
    const feed = this.#join(runId);
    try {
      let seen: RunState | undefined;
      while (!signal.aborted) {
        const state = await feed.after(seen, this.#options.heartbeatMs, signal);
        if (state === undefined) continue;
        yield state;
        if (state === null) continue;
        seen = state;
        if (isFinished(state.run)) return;
      }
    } finally {
      if (feed.leave() === 0) this.#drop(runId, feed);
    }
  }

  #join(runId: string): Feed {
    const feed = this.#feeds.get(runId) ?? new Feed(runId, this.#options);
    this.#feeds.set(runId, feed);
    feed.enter();
    return feed;
  }

  #drop(runId: string, feed: Feed): void {
    feed.stop();
    if (this.#feeds.get(runId) === feed) this.#feeds.delete(runId);
  }
}

/** One run under observation. */
class Feed {
  readonly #runId: string;
  readonly #options: Required<RunFeedsOptions>;
  readonly #stopListening: () => void;
  readonly #waiting = new Set<() => void>();
  #listeners = 0;
  #state: RunState | undefined;
  #failure: unknown;
  #timer: NodeJS.Timeout | undefined;
  #looking = false;
  #stopped = false;

  constructor(runId: string, options: Required<RunFeedsOptions>) {
    this.#runId = runId;
    this.#options = options;
    this.#stopListening = options.notices.onClosed(runId, () => void this.#look());
    void this.#look();
  }

  enter(): void {
    this.#listeners++;
  }

  leave(): number {
    return --this.#listeners;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#stopListening();
  }

  /** The state that is not `seen`; null when there is none within `ms`, undefined when aborted. */
  async after(
    seen: RunState | undefined,
    ms: number,
    signal: AbortSignal,
  ): Promise<RunState | null | undefined> {
    const isNew = () => this.#failure !== undefined || this.#state?.version !== seen?.version;
    if (!isNew()) await this.#change(ms, signal);
    if (signal.aborted) return undefined;
    if (this.#failure !== undefined) throw this.#failure as Error;
    return isNew() ? this.#state : null;
  }

  async #change(ms: number, signal: AbortSignal): Promise<void> {
    let wake = (): void => undefined;
    const woken = new Promise<void>((resolve) => (wake = resolve));
    const timer = setTimeout(wake, ms);
    this.#waiting.add(wake);
    signal.addEventListener('abort', wake, { once: true });
    await woken;
    clearTimeout(timer);
    this.#waiting.delete(wake);
    signal.removeEventListener('abort', wake);
  }

  /** A notice that comes during a look is looked after by the next one, soon enough. */
  async #look(): Promise<void> {
    if (this.#looking || this.#stopped) return;
    this.#looking = true;
    clearTimeout(this.#timer);
    try {
      const { store } = this.#options;
      const [run] = await toRunSummaries({ store }, [await readRunRecord(store, this.#runId)]);
      const version = versionOf(run!);
      if (version !== this.#state?.version) this.#tell({ version, run: run! });
    } catch (error) {
      this.#failure = error;
      this.#tell(this.#state);
    }
    this.#looking = false;
    const ended = this.#failure !== undefined || (this.#state && isFinished(this.#state.run));
    if (this.#isStopped() || ended === true) return;
    this.#timer = setTimeout(() => void this.#look(), this.#options.pollMs);
  }

  #isStopped(): boolean {
    return this.#stopped;
  }

  #tell(state: RunState | undefined): void {
    this.#state = state;
    for (const wake of this.#waiting) wake();
  }
}
