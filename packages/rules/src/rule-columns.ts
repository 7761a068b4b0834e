import type { ColumnType } from '@segcast/contracts';

/** What a rule may know of a column. `sqlType` is PostgreSQL's `pg_type.typname` ("int4", "numeric", "text", …). */
export interface RuleColumn {
  name: string;
  type: ColumnType;
  sqlType: string;
}

/** The columns of the warehouse relation by name, as read from the catalogue. */
export type RuleColumns = ReadonlyMap<string, RuleColumn>;
