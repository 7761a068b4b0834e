import { AppError, type InputColumn } from '@segcast/contracts';
import { CopyOutQuery, type CopyLimits } from './copy-out-query.ts';
import { ID_TEXT_SQL, requireId } from './customer-id.ts';
import { faultOfInput } from './input-column.ts';
import { MemberSink } from './member-sink.ts';
import type { StreamedMembers, StreamMembersOptions } from './member-batch.ts';
import { packColumns, type PackedFields } from './pack-columns.ts';
import { rangeCondition } from './range-condition.ts';
import { versionExpression } from './read-version.ts';
import { runCopyOut } from './run-copy-out.ts';
import type { Relation } from './relation.ts';
import type { Warehouse } from './warehouse.ts';

/**
 * Streams the members of a key range in columns, in no particular order, by binary COPY. A batch is
 * smaller than `batchSize` at the end, or where its ids are huge.
 *
 * A consumer may hold a batch for half the statement time-out: for longer the read is given up
 * (warehouse_timeout), since the server's statement time-out goes on while nobody takes its rows,
 * and the snapshot and the lock on the relation that it holds keep vacuum and refreshes waiting.
 *
 * @throws AppError warehouse_unavailable, warehouse_timeout or warehouse_invalid; the signal's
 *   reason when that is an AppError, else run_cancelled; what `onBatch` throws
 */
export async function streamMembers(
  warehouse: Warehouse,
  options: StreamMembersOptions,
): Promise<StreamedMembers> {
  const { signal } = options;
  if (signal?.aborted) throw abortReason(signal);
  const relation = await warehouse.relation();
  requireStreamable(relation, options.columns);
  const packed = packColumns(relation, options.columns, options.expressions ?? []);
  const sink = new MemberSink(options, relation.label, packed);
  const text = statements(warehouse, relation, packed, options);
  const query = new CopyOutQuery(text, sink, limitsOf(warehouse, relation));
  await runCopyOut(warehouse, query, signal, () => abortReason(signal));
  return sink.result();
}

function requireStreamable(relation: Relation, columns: readonly InputColumn[]): void {
  requireId(relation);
  const faults = columns.flatMap((column) => faultOfInput(relation, column) ?? []);
  if (faults.length === 0) return;
  throw new AppError(
    'warehouse_invalid',
    `${relation.label} cannot be read: ${faults.join('; ')}.`,
  );
}

/**
 * Three statements in one message, which PostgreSQL runs as one transaction. The first takes the
 * locks and tells the columns' types, so that the COPY takes its snapshot when the relation can no
 * longer be replaced (else a read that waits for a reload would see it empty) and the version is
 * that of the rows.
 */
function statements(
  warehouse: Warehouse,
  relation: Relation,
  packed: PackedFields,
  { condition, range }: StreamMembersOptions,
): string {
  const list = [...packed.sql, ID_TEXT_SQL].join(', ');
  const within = rangeCondition(range, requireId(relation));
  return `
SELECT ${list} FROM ${relation.sql} LIMIT 0;
SELECT ${versionExpression(warehouse, relation)}, (extract(epoch FROM clock_timestamp()) * 1000)::text;
COPY (SELECT ${list} FROM ${relation.sql} WHERE (${condition}) AND ${within}) TO STDOUT (FORMAT binary)`;
}

function limitsOf(warehouse: Warehouse, relation: Relation): CopyLimits {
  const { statementTimeoutMs } = warehouse.options;
  const pauseMs = statementTimeoutMs / 2;
  return {
    pauseMs,
    // The COPY's first row may be the first thing that the server sends.
    silenceMs: warehouse.silenceMs(2),
    onPauseTooLong: () =>
      new AppError(
        'warehouse_timeout',
        `Gave up reading ${relation.label}: a batch was held for more than ${pauseMs} ms. Take smaller batches, or raise DWH_STATEMENT_TIMEOUT_MS.`,
      ),
    explain: (error) => warehouse.explain(error, `read the members of ${relation.label}`),
  };
}

function abortReason(signal: AbortSignal | undefined): AppError {
  const reason: unknown = signal?.reason;
  if (reason instanceof AppError) return reason;
  return new AppError('run_cancelled', 'The read of the members was cancelled.', { cause: reason });
}
