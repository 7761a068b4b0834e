import type { InputColumn } from '@segcast/contracts';

/**
 * Some thousand members in columns. The buffers belong to the stream, which fills them again after
 * the consumer returns: copy what must live longer.
 */
export interface MemberBatch {
  /** Members in this batch; the arrays may be longer. */
  size: number;
  /** One per requested column and expression, in the order asked for. A null is NaN here, with its mask set. */
  columns: readonly Float64Array[];
  /** One mask for each of them: 1 where the value is null. Valid only up to `size`. */
  nulls: readonly Uint8Array[];
  /** The customers' ids as UTF-8, one after the other. */
  ids: Uint8Array;
  /** `size + 1` offsets into `ids`: member i is `ids[idOffsets[i]] … ids[idOffsets[i + 1] - 1]`. */
  idOffsets: Int32Array;
}

/** A half-open range `[lo, hi)` of customer ids as text of the column's own type; null is unbounded. */
export interface KeyRange {
  lo: string | null;
  hi: string | null;
}

export interface StreamMembersOptions {
  /** SQL condition over the relation's columns, made by `toSqlCondition`. */
  condition: string;
  range: KeyRange;
  /** Numeric or boolean columns (booleans arrive as 0 and 1), and texts as their categories. */
  columns: readonly InputColumn[];
  /** SQL of numbers that follow the columns, made by `RuleSet`. */
  expressions?: readonly string[];
  /** Members per batch. */
  batchSize: number;
  /** Called for every batch in turn; a promise holds the stream back until it settles. */
  onBatch: (batch: MemberBatch) => void | Promise<void>;
  signal?: AbortSignal;
}

export interface StreamedMembers {
  members: number;
  /** When the statement's snapshot was taken, by the warehouse's clock. */
  readAt: Date;
  /** The warehouse's version at that moment (`DWH_VERSION_SQL`). */
  version: string;
}
