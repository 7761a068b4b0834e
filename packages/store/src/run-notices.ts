import pg from 'pg';
import { MODELS_CHANNEL } from './active-models.ts';

const CHANNEL = 'segcast_runs';
const RECONNECT_MS = 1000;

/**
 * Hears which runs have been closed and that models were switched, over a connection of its own that it opens again when it is
 * lost. A notice may be missed while it is: whoever waits for one looks at the run now and then.
 */
export class RunNotices {
  readonly #url: string;
  readonly #everyListener = new Set<() => void>();
  readonly #listeners = new Map<string, Set<() => void>>();
  #onModels: () => void = () => undefined;
  #client: pg.Client | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(url: string) {
    this.#url = url;
    void this.#connect();
  }

  /** Calls `listener` whenever the run is closed, until the answer is called. */
  onClosed(runId: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(runId) ?? new Set();
    this.#listeners.set(runId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(runId);
    };
  }

  /** Calls `listener` whenever another version of a model may be in use than before. */
  onModels(listener: () => void): void {
    this.#onModels = listener;
  }

  /** Calls `listener` whenever any run is closed. */
  onAnyClosed(listener: () => void): void {
    this.#everyListener.add(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await this.#client?.end();
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#url,
      keepAlive: true,
      application_name: 'segcast notices',
    });
    this.#client = client;
    client.on('notification', ({ channel, payload }) => {
      if (channel === MODELS_CHANNEL) this.#onModels();
      else this.#tell(payload ?? '');
    });
    // The error that ends a connection is followed by its end.
    client.on('error', () => undefined);
    client.once('end', () => {
      if (!this.#closed) this.#retry = setTimeout(() => void this.#connect(), RECONNECT_MS).unref();
    });
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}; LISTEN ${MODELS_CHANNEL}`);
      // What was switched while nobody listened.
      this.#onModels();
    } catch {
      // A server that is away ends the connection too, after which it is tried again.
      await client.end();
    }
  }

  #tell(runId: string): void {
    for (const listener of this.#listeners.get(runId) ?? []) listener();
    for (const listener of this.#everyListener) listener();
  }
}
