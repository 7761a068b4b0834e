import type { ColumnType } from '@segcast/contracts';

import type { RuleColumn } from './rule-columns.ts';

/** What can be compared with what; dates and datetimes are both times. */
export type Family = 'number' | 'text' | 'boolean' | 'time';

/** A constant of a rule. A time is in microseconds since 1970-01-01T00:00Z. */
export type Literal =
  | { family: 'number'; value: number }
  | { family: 'text'; value: string }
  | { family: 'boolean'; value: boolean }
  | { family: 'time'; value: bigint };

export type Comparator = '==' | '<' | '<=' | '>' | '>=';

export type TextTest = 'contains' | 'starts_with' | 'ends_with';

/** One side of a text test. */
export type TextOperand = RuleColumn | string;

/**
 * A parsed rule: every column exists, every pair of types can be compared and every constant can be
 * written in SQL. Each node is true or false of a row, never unknown:
 *
 * - `compare`, `compare_columns`, `member` and `text` are false where a column is null, save that
 *   two columns that are both null are equal;
 * - NaN is equal to nothing, itself included, and neither greater nor less than anything.
 */
export type Rule =
  | { kind: 'constant'; value: boolean }
  | { kind: 'and' | 'or'; rules: readonly Rule[] }
  | { kind: 'not'; rule: Rule }
  | { kind: 'null'; column: RuleColumn }
  | { kind: 'compare'; operator: Comparator; column: RuleColumn; literal: Literal }
  | { kind: 'compare_columns'; operator: Comparator; left: RuleColumn; right: RuleColumn }
  | { kind: 'member'; column: RuleColumn; literals: readonly Literal[] }
  | { kind: 'text'; test: TextTest; text: TextOperand; part: TextOperand };

const FAMILIES = {
  number: 'number',
  string: 'text',
  boolean: 'boolean',
  date: 'time',
  datetime: 'time',
} as const satisfies Record<ColumnType, Family>;

/** The family that a column's values belong to. */
export function familyOf(column: RuleColumn): Family {
  return FAMILIES[column.type];
}
