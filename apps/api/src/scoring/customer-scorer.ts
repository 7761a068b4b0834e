import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, fromSentError } from '@segcast/contracts';
import type { RunLog } from '@segcast/runs';
import { startThread, type StartedThread } from '@segcast/runtime';
import type {
  FromThread,
  ManyScored,
  OneScored,
  Request,
  ThreadSettings,
  ToThread,
} from './thread-messages.ts';

/** `.ts` can be no entry of a thread: Node would not know how to read it. */
const BOOTSTRAP = new URL('../../bin/scoring-thread.mjs', import.meta.url);

/** Before a thread is started again that could not be, or has ended. */
const RESTART_DELAY_MS = 2000;

/** As in a worker's scoring threads: little here is young. */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 6 };

type Ready = Extract<FromThread, { kind: 'ready' }>;
type Scored = Extract<FromThread, { scored: unknown }>;

interface Waiting {
  resolve: (scored: Scored) => void;
  reject: (error: Error) => void;
}

/**
 * Scores customers in a thread with an engine of its own, so that the thread that answers requests
 * is never busy with it. A thread that ends is replaced; who waits for it hears of it.
 */
export class CustomerScorer {
  readonly #settingsNow: () => ThreadSettings;
  readonly #log: RunLog;
  readonly #closing = new AbortController();
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #thread: Promise<StartedThread<Ready>> | null = null;
  #isReady = false;
  #kept: Promise<void> = Promise.resolve();

  /** @param settingsNow asked whenever a thread is started. */
  constructor(settingsNow: () => ThreadSettings, log: RunLog) {
    this.#settingsNow = settingsNow;
    this.#log = log;
  }

  /** Whether the engine and the models are in the thread's memory, and requests answered at once. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Begins to start the thread; the first call does so too. */
  start(): void {
    if (this.#thread === null) this.#kept = this.#keepRunning();
  }

  /** @throws AppError `scoring_unavailable`, or what the scoring threw. */
  async one(request: Omit<Extract<Request, { kind: 'one' }>, 'kind'>): Promise<OneScored> {
    return (await this.#ask({ kind: 'one', ...request })).scored as OneScored;
  }

  /** @throws AppError `scoring_unavailable`, or what the scoring or the warehouse threw. */
  async many(request: Omit<Extract<Request, { kind: 'many' }>, 'kind'>): Promise<ManyScored> {
    return (await this.#ask({ kind: 'many', ...request })).scored as ManyScored;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#kept;
  }

  async #ask(request: Request): Promise<Scored> {
    this.start();
    const { worker } = await this.#thread!;
    const id = ++this.#lastId;
    const answer = new Promise<Scored>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
    worker.postMessage({ ...request, id } satisfies ToThread);
    return answer.finally(() => this.#waiting.delete(id));
  }

  async #keepRunning(): Promise<void> {
    const isClosing = () => this.#closing.signal.aborted;
    while (!isClosing()) {
      this.#thread = this.#startOne();
      const error = await this.#thread.then(
        ({ ended }) => ended,
        (failure: unknown) => failure,
      );
      this.#failAll(unavailable(error));
      if (isClosing()) return;
      this.#log.error({ error }, 'scoring thread not running; starting it again');
      await sleep(RESTART_DELAY_MS, undefined, { signal: this.#closing.signal, ref: false }).catch(
        () => undefined,
      );
    }
  }

  async #startOne(): Promise<StartedThread<Ready>> {
    try {
      const started = await startThread<Ready>(BOOTSTRAP, {
        workerData: this.#settingsNow(),
        resourceLimits: RESOURCE_LIMITS,
        name: 'scoring',
        signal: this.#closing.signal,
      });
      started.worker.on('message', (message: FromThread) => this.#onMessage(message));
      this.#isReady = true;
      this.#log.info({ engine: started.ready.engine }, 'scoring thread ready');
      return started;
    } catch (error) {
      throw unavailable(error);
    }
  }

  #onMessage(message: FromThread): void {
    if (message.kind === 'ready') return;
    const waiting = this.#waiting.get(message.id);
    if (message.kind === 'failed') waiting?.reject(fromSentError(message.error));
    else waiting?.resolve(message);
  }

  /** Whoever waits hears of the end, and so does whoever asks before there is another thread. */
  #failAll(error: AppError): void {
    this.#isReady = false;
    this.#thread = Promise.reject(error);
    this.#thread.catch(() => undefined);
    for (const { reject } of this.#waiting.values()) reject(error);
  }
}

function unavailable(cause: unknown): AppError {
  if (cause instanceof AppError && cause.code === 'scoring_unavailable') return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError(
    'scoring_unavailable',
    `The scoring thread is not running (${reason}); it is being started again.`,
    { cause },
  );
}
