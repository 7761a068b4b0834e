import type { AppError } from '@segcast/contracts';
import pg from 'pg';
import { streamForReading } from './read-socket.ts';
import { readRelation, type Relation } from './relation.ts';
import { applySessionSettings } from './session-settings.ts';
import { hasStaleNames, leavesConnectionUsable, toWarehouseError } from './warehouse-error.ts';

export interface WarehouseOptions {
  /** Connection string of a role that needs only SELECT. */
  url: string;
  /** The relation with a row per customer, as one would write it in SQL: `name` or `schema.name`. */
  relation: string;
  /** Longest a statement may take, in milliseconds; 0 is without limit. */
  statementTimeoutMs: number;
  /** A query of one value that changes with the data; by default the relation's oid and filenode. */
  versionSql?: string | null | undefined;
  /** Connections at most. */
  poolMax: number;
}

/** A value as PostgreSQL writes it; every query of the warehouse casts its columns to text. */
export type Cell = string | null;

/** How long the catalogue's word on the relation is believed, in milliseconds. */
const RELATION_TTL_MS = 30_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** Beyond the server's own limit, for a server or network that has gone silent. */
const SILENCE_GRACE_MS = 5_000;

interface TextQuery extends pg.QueryArrayConfig {
  /** The extended protocol takes one statement only, whatever a condition contains. */
  queryMode: 'extended';
  query_timeout: number;
}

/** The read-only connection to the customers' features; close it when done. */
export class Warehouse {
  readonly options: Readonly<WarehouseOptions>;
  readonly #pool: pg.Pool;
  #relation: { readAt: number; value: Promise<Relation> } | null = null;

  constructor(options: WarehouseOptions) {
    this.options = options;
    // Typed as returning nothing in particular: the pool waits for it, its types do not say so.
    const onConnect: (client: pg.ClientBase) => unknown = (client) =>
      applySessionSettings(client, options.statementTimeoutMs);
    this.#pool = new pg.Pool({
      connectionString: options.url,
      application_name: 'segcast-warehouse',
      max: options.poolMax,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      // A run after a short pause should not wait for connections to be made.
      idleTimeoutMillis: 600_000,
      stream: streamForReading,
      onConnect,
    });
    // A broken idle connection is already out of the pool; the next query connects or reports.
    this.#pool.on('error', () => undefined);
  }

  /**
   * The longest silence to bear from a server that runs so many statements before it answers, in
   * milliseconds; 0 is without limit.
   */
  silenceMs(statements: number): number {
    const { statementTimeoutMs } = this.options;
    return statementTimeoutMs === 0 ? 0 : statements * statementTimeoutMs + SILENCE_GRACE_MS;
  }

  /** The relation as the catalogue knows it, at most half a minute old. */
  relation(): Promise<Relation> {
    const now = performance.now();
    if (this.#relation === null || now - this.#relation.readAt > RELATION_TTL_MS) {
      const value = readRelation(this);
      this.#relation = { readAt: now, value };
      value.catch(() => this.invalidate());
    }
    return this.#relation.value;
  }

  /** Forgets the relation's columns, so that the next call reads the catalogue. */
  invalidate(): void {
    this.#relation = null;
  }

  /**
   * Runs one statement, whose columns should be of type text, and answers its rows.
   * @throws AppError warehouse_unavailable, warehouse_timeout or warehouse_invalid
   */
  async query<Row extends unknown[] = Cell[]>(
    action: string,
    text: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    const query: TextQuery = {
      text,
      values: [...values],
      rowMode: 'array',
      queryMode: 'extended',
      query_timeout: this.silenceMs(1),
    };
    try {
      return await this.withClient(async (client) => (await client.query<Row>(query)).rows);
    } catch (error) {
      throw this.explain(error, action);
    }
  }

  /** Lends a connection to `work`; one that failed in the middle of something is not used again. */
  async withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#connect();
    // Without a listener a lost connection would end the process; the query under way rejects too.
    const onError = () => undefined;
    client.on('error', onError);
    let usable = false;
    try {
      const result = await work(client);
      usable = true;
      return result;
    } catch (error) {
      usable = leavesConnectionUsable(error);
      throw error;
    } finally {
      client.release(!usable);
      client.off('error', onError);
    }
  }

  async #connect(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw this.explain(error, 'connect to the warehouse');
    }
  }

  /** The AppError for what pg threw; what the catalogue said is forgotten when it seems outdated. */
  explain(error: unknown, action: string): AppError {
    if (hasStaleNames(error)) this.invalidate();
    return toWarehouseError(error, action);
  }

  /** Waits for the connections lent out and closes all. */
  async close(): Promise<void> {
    if (!this.#pool.ending) await this.#pool.end();
  }
}

/** Opens the warehouse; connections are made when first needed. */
export function openWarehouse(options: WarehouseOptions): Warehouse {
  return new Warehouse(options);
}
