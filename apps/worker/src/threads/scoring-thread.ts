import { setFlagsFromString } from 'node:v8';
import type { Worker } from 'node:worker_threads';
import { fromSentError, toSentError } from '@segcast/contracts';
import type { ShardEvents } from '@segcast/runs';
import { startThread } from '@segcast/runtime';
import type { EngineName } from '@segcast/scoring';
import type { ClaimedShard } from '@segcast/store';
import type { FromThread, ThreadSettings, ToThread } from './thread-messages.ts';

/** `.ts` can be no entry of a thread: Node would not know how to read it. */
const BOOTSTRAP = new URL('../../bin/scoring-thread.mjs', import.meta.url);

/**
 * A shard's rows never become objects, so that little is young: V8's default of 48 MB would be
 * memory for nothing. Below 16 MB collections grow fivefold.
 */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 6 };

/**
 * A thread's heap is some 28 MB beside twice as much in buffers that it uses again. Once V8 has
 * marked such a heap it does so again after every few megabytes, buffers included, eight times a
 * run and for a third of the thread's time; it need not while no more than this has come anew.
 */
const COLLECT_AFTER = '--initial-old-space-size=48';

type Ready = Extract<FromThread, { kind: 'ready' }>;

interface ShardInHand extends ShardEvents {
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * A thread with an engine, a reader and a writer of its own. It scores one shard at a time, and may
 * save another meanwhile.
 */
export class ScoringThread {
  readonly engine: EngineName;
  /** Why another engine was not taken, where one was tried. */
  readonly notes: readonly string[];
  /** Resolves, with a word on how, when the thread has ended. */
  readonly ended: Promise<Error>;
  readonly #worker: Worker;
  readonly #inHand = new Map<number, ShardInHand>();
  #lastTask = 0;
  #end: Error | null = null;

  private constructor(worker: Worker, ready: Ready, ended: Promise<Error>) {
    this.#worker = worker;
    this.engine = ready.engine;
    this.notes = ready.notes;
    this.ended = ended;
    worker.on('message', (message: FromThread) => this.#onMessage(message));
    void this.ended.then((error) => {
      this.#end = error;
      for (const task of [...this.#inHand.keys()]) this.#settle(task)?.reject(error);
    });
  }

  /** @throws AppError `invalid_model` or `engine_unavailable` when it cannot score. */
  static async start(settings: ThreadSettings): Promise<ScoringThread> {
    // Heeded by threads that are made from now on.
    setFlagsFromString(COLLECT_AFTER);
    const { worker, ready, ended } = await startThread<Ready>(BOOTSTRAP, {
      workerData: settings,
      resourceLimits: RESOURCE_LIMITS,
      name: 'scoring',
    });
    return new ScoringThread(worker, ready, ended);
  }

  get shardsInHand(): number {
    return this.#inHand.size;
  }

  /** Rejects with what the scoring threw, or with how the thread ended. */
  score(shard: ClaimedShard, signal: AbortSignal, events: ShardEvents): Promise<void> {
    if (this.#end) return Promise.reject(this.#end);
    const task = ++this.#lastTask;
    const abort = (): void => this.#abort(task, signal.reason);
    const saved = new Promise<void>((resolve, reject) => {
      this.#inHand.set(task, { ...events, resolve, reject });
      this.#send({ kind: 'score', task, shard });
    });
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    return saved.finally(() => signal.removeEventListener('abort', abort));
  }

  /** Asks the thread to give up the shards in hand, which then reject with the reason. */
  abort(reason: unknown): void {
    for (const task of this.#inHand.keys()) this.#abort(task, reason);
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  #abort(task: number, reason: unknown): void {
    if (this.#inHand.has(task)) this.#send({ kind: 'abort', task, reason: toSentError(reason) });
  }

  #send(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  #onMessage(message: FromThread): void {
    if (message.kind === 'ready' || message.kind === 'unusable') return;
    const { task } = message;
    if (message.kind === 'progress') this.#inHand.get(task)?.onProgress(message.processed);
    else if (message.kind === 'scored') this.#inHand.get(task)?.onScored();
    else if (message.kind === 'saved') this.#settle(task)?.resolve();
    else this.#settle(task)?.reject(fromSentError(message.error));
  }

  #settle(task: number): ShardInHand | undefined {
    const settled = this.#inHand.get(task);
    this.#inHand.delete(task);
    return settled;
  }
}
