import { AppError } from '@segcast/contracts';
import { registerRfmVersion } from '@segcast/registry';
import type { RfmSettings } from '@segcast/scoring';
import { activateModel, type Store, type Switched } from '@segcast/store';
import { readQuintiles, type Quintiles, type Warehouse } from '@segcast/warehouse';

/**
 * Takes the quintiles of the whole warehouse as the bounds of RFM scores, kept as a version like a
 * model and in use at once. Customers of equal value have equal scores: a value's score is that of
 * the middle of those who share it. Unknown values count for nothing, and score 1.
 *
 * @throws AppError `warehouse_invalid` when there is nobody to take them from.
 */
export async function takeQuintiles(
  { store, warehouse }: { store: Store; warehouse: Warehouse },
  { columns, segments }: Pick<RfmSettings, 'columns' | 'segments'>,
): Promise<{ version: string; settings: RfmSettings; switched: Switched }> {
  const read = async (column: string, order: 'rising' | 'falling') => {
    const quintiles = await readQuintiles(warehouse, column, order);
    if (quintiles === null) throw nobody(column);
    return quintiles.toReversed() as Quintiles;
  };
  const settings: RfmSettings = {
    columns,
    recency: await read(columns.recency, 'falling'),
    frequency: await read(columns.frequency, 'rising'),
    monetary: await read(columns.monetary, 'rising'),
    segments,
  };
  const version = await registerRfmVersion(store, 'quantile', settings);
  const switched = await activateModel(store, { model: 'rfm', version, chosen: false });
  return { version, settings, switched };
}

function nobody(column: string): AppError {
  return new AppError(
    'warehouse_invalid',
    `No customer of the warehouse has a value in ${column}, so there are no quintiles of it.`,
  );
}
