import type { CopyOutQuery } from './copy-out-query.ts';
import type { Warehouse } from './warehouse.ts';

/**
 * Runs a COPY to its end on a connection of the warehouse.
 * @throws what the query rejects with; what `reasonOf` says once the signal is aborted
 */
export async function runCopyOut(
  warehouse: Warehouse,
  query: CopyOutQuery,
  signal: AbortSignal | undefined,
  reasonOf: () => Error,
): Promise<void> {
  await warehouse.withClient(async (client) => {
    const onAbort = (): void => query.abort(reasonOf());
    if (signal?.aborted) throw reasonOf();
    signal?.addEventListener('abort', onAbort);
    try {
      client.query(query);
      await query.finished;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  });
}
