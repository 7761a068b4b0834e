import type { ColumnType, Features } from '@segcast/contracts';
import pg from 'pg';
import { isoTime } from './iso-time.ts';
import type { Relation, RelationColumn } from './relation.ts';
import type { Cell } from './warehouse.ts';

type Value = Features[string];

/** A column of a type that features can have. */
export interface FeatureColumn extends RelationColumn {
  type: ColumnType;
}

/** The columns that features have, in the relation's order; those of other types are left out. */
export function featureColumns(relation: Relation): FeatureColumn[] {
  return [...relation.columns.values()].filter(isFeature);
}

function isFeature(column: RelationColumn): column is FeatureColumn {
  return column.type !== null;
}

/** The select list that `toFeatures` reads. */
export function featureList(columns: readonly FeatureColumn[]): string {
  return columns.map((column) => `${pg.escapeIdentifier(column.name)}::text`).join(', ');
}

/**
 * One customer's features from a row of `featureList`. A number that is not finite becomes null,
 * since JSON has no word for it; `customer_id` stays the exact text whatever its type, since an
 * int8 may not fit a number; times are ISO 8601 in UTC with all their microseconds.
 */
export function toFeatures(columns: readonly FeatureColumn[], row: readonly Cell[]): Features {
  return Object.fromEntries(
    columns.map((column, i) => [column.name, toValue(column, row[i] ?? null)]),
  );
}

function toValue(column: FeatureColumn, cell: Cell): Value {
  if (cell === null || column.name === 'customer_id') return cell;
  switch (column.type) {
    case 'number': {
      const value = Number(cell);
      return Number.isFinite(value) ? value : null;
    }
    case 'boolean':
      return cell === 'true';
    case 'date':
    case 'datetime':
      return isoTime(cell);
    default:
      return cell;
  }
}
