import type { ColumnType } from '@segcast/contracts';

/** What a rule may know of a column. `sqlType` is PostgreSQL's `pg_type.typname` ("int4", "numeric", "text", …). */
export interface RuleColumn {
  name: string;
  type: ColumnType;
  sqlType: string;
  /**
   * The digits a `numeric` column is declared with: 12 for numeric(12,2). Left out where there is
   * no such limit, or where the scale is negative or above it.
   */
  precision?: number;
}

/** The columns of the warehouse relation by name, as read from the catalogue. */
export type RuleColumns = ReadonlyMap<string, RuleColumn>;
