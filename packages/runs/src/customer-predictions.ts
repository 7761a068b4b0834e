import type { Page, PageQuery, StoredCustomerPrediction } from '@segcast/contracts';
import { listCustomerPredictions as listRecords, type Store } from '@segcast/store';
import { offerNames } from './offer-names.ts';
import { presenterWith } from './results.ts';

/** One page of what runs have kept of a customer, newest first. */
export async function listCustomerPredictions(
  { store }: { store: Store },
  customerId: string,
  page: PageQuery,
): Promise<Page<StoredCustomerPrediction>> {
  const [{ results, next_cursor }, offers] = await Promise.all([
    listRecords(store, customerId, page),
    offerNames(store),
  ]);
  return {
    results: results.map(({ run, prediction, segments }) => ({
      run_id: run.id,
      type: run.type,
      mode: run.kind,
      computed_at: (run.finishedAt ?? run.createdAt).toISOString(),
      segments,
      models: run.models,
      result: presenterWith(run, offers)(prediction).result,
    })),
    next_cursor,
  };
}
