import pg from 'pg';

const CHANNEL = 'segcast_runs';
const RECONNECT_MS = 1000;

/**
 * Hears which runs have been closed, over a connection of its own that it opens again when it is
 * lost. A notice may be missed while it is: whoever waits for one looks at the run now and then.
 */
export class RunNotices {
  readonly #url: string;
  readonly #listeners = new Map<string, Set<() => void>>();
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
    client.on('notification', ({ payload }) => this.#tell(payload ?? ''));
    // The error that ends a connection is followed by its end.
    client.on('error', () => undefined);
    client.once('end', () => {
      if (!this.#closed) this.#retry = setTimeout(() => void this.#connect(), RECONNECT_MS).unref();
    });
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
    } catch {
      // A server that is away ends the connection too, after which it is tried again.
      await client.end();
    }
  }

  #tell(runId: string): void {
    for (const listener of this.#listeners.get(runId) ?? []) listener();
  }
}
