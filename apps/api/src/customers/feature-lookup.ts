import {
  canonicalIds,
  layoutOf,
  readCustomerRow,
  readVersion,
  restoreCustomerRow,
  type CustomerRow,
  type Warehouse,
} from '@segcast/warehouse';
import type { Cache } from '../cache/open-caches.ts';

/** A customer's row as the cache keeps it. */
export interface KeptRow {
  /** Of the warehouse when the row was read. */
  version: string;
  /** The columns that the cells are of. */
  layout: string;
  cells: (string | null)[];
}

/** How long the warehouse's version is believed: so late is a refresh noticed at most. */
const VERSION_TTL_MS = 10_000;

/**
 * Looks up customers' rows, kept for an hour or until the warehouse's version changes. Where the
 * version does not tell of a change (a table that is updated in place), `forget` does.
 */
export class FeatureLookup {
  readonly #warehouse: Warehouse;
  readonly #cache: Cache<KeptRow>;
  #version: { readAt: number; value: Promise<string> } | null = null;

  constructor(warehouse: Warehouse, cache: Cache<KeptRow>) {
    this.#warehouse = warehouse;
    this.#cache = cache;
  }

  /** One customer's row, or null when the warehouse has no such customer. */
  async find(id: string): Promise<CustomerRow | null> {
    const customerId = (await canonicalIds(this.#warehouse, [id])).get(id);
    if (customerId === undefined) return null;
    const [version, kept] = await Promise.all([
      this.#currentVersion(),
      this.#cache.get(customerId),
    ]);
    if (kept?.version === version) {
      const restored = await restoreCustomerRow(this.#warehouse, { customerId, ...kept });
      if (restored !== null) return restored;
    }
    const row = await readCustomerRow(this.#warehouse, customerId);
    if (row !== null) void this.#cache.set(customerId, toKept(row, version));
    return row;
  }

  /**
   * Forgets these customers, or all of them and what the catalogue said of the relation.
   * @throws AppError `cache_unavailable`.
   */
  async forget(customerIds: readonly string[] | null): Promise<void> {
    if (customerIds !== null) {
      const canonical = await canonicalIds(this.#warehouse, customerIds);
      await this.#cache.forget([...canonical.values()]);
      return;
    }
    this.#version = null;
    this.#warehouse.invalidate();
    await this.#cache.forgetAll();
  }

  #currentVersion(): Promise<string> {
    const now = performance.now();
    if (this.#version === null || now - this.#version.readAt > VERSION_TTL_MS) {
      const value = readVersion(this.#warehouse);
      this.#version = { readAt: now, value };
      value.catch(() => (this.#version = null));
    }
    return this.#version.value;
  }
}

function toKept({ columns, cells }: CustomerRow, version: string): KeptRow {
  return { version, layout: layoutOf(columns), cells: [...cells] };
}
