import type { RuleColumn } from '@segcast/rules';
import { featureColumns } from './features.ts';
import type { Warehouse } from './warehouse.ts';

export interface WarehouseColumn extends RuleColumn {
  nullable: boolean;
}

/**
 * The columns that rules may use, by name and in the relation's order. A column of another type
 * (json, arrays, bytea, interval …) is left out: cast it in the view. At most half a minute old.
 */
export async function readColumns(
  warehouse: Warehouse,
): Promise<ReadonlyMap<string, WarehouseColumn>> {
  const columns = featureColumns(await warehouse.relation());
  return new Map(
    columns.map(({ name, type, sqlType, nullable, precision }) => [
      name,
      { name, type, sqlType, nullable, ...(precision === null ? {} : { precision }) },
    ]),
  );
}
