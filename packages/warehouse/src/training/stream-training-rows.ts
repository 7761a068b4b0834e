import { AppError, type ColumnType, type InputColumn } from '@segcast/contracts';
import { CopyOutQuery } from '../copy-out-query.ts';
import { ID_TEXT_SQL, requireId } from '../customer-id.ts';
import { inputColumnSql } from '../input-column.ts';
import type { MemberBatch } from '../member-batch.ts';
import { runCopyOut } from '../run-copy-out.ts';
import { MemberSink } from '../member-sink.ts';
import type { Warehouse } from '../warehouse.ts';
import { LABEL, offerCountsQuery, trainingQuery, type TrainingSource } from './training-query.ts';

/** A column of the rows to learn from. */
export interface TrainingColumn {
  name: string;
  /** Null for types that models and rules cannot use. */
  type: ColumnType | null;
}

/** By the type's oid, fixed in PostgreSQL's `pg_type.dat`; of a domain it is the type under it. */
const TYPES: Readonly<Record<number, ColumnType>> = {
  ...{ 16: 'boolean', 20: 'number', 21: 'number', 23: 'number', 700: 'number', 701: 'number' },
  ...{ 1700: 'number', 25: 'string', 1042: 'string', 1043: 'string', 2950: 'string' },
  ...{ 1082: 'date', 1114: 'datetime', 1184: 'datetime' },
};

/** The columns of the rows to learn from, the label among them. */
export async function trainingColumns(
  warehouse: Warehouse,
  source: TrainingSource,
): Promise<TrainingColumn[]> {
  const relation = await warehouse.relation();
  if (source.kind === 'table' && !relation.columns.has(source.label)) {
    throw new AppError(
      'training_refused',
      `${relation.label} has no column ${source.label}. Name another as the label: ${[...relation.columns.keys()].join(', ')}.`,
    );
  }
  const text = `SELECT * FROM (${trainingQuery(relation, source)}) AS rows LIMIT 0`;
  try {
    const { fields } = await warehouse.withClient((client) => client.query(text));
    return fields.map(({ name, dataTypeID }) => ({ name, type: TYPES[dataTypeID] ?? null }));
  } catch (error) {
    throw warehouse.explain(error, 'look at the columns to learn from');
  }
}

/** The values of a text column among the rows to learn from, the most frequent first. */
export async function textValues(
  warehouse: Warehouse,
  source: TrainingSource,
  column: string,
  atMost: number,
): Promise<{ value: string; count: number }[]> {
  const query = trainingQuery(await warehouse.relation(), source);
  const value = inputColumnSql(column);
  const rows = await warehouse.query(
    `read the values of ${column}`,
    `SELECT ${value}::text, count(*)::text FROM (${query}) AS rows
      WHERE ${LABEL} IS NOT NULL AND ${value} IS NOT NULL
      GROUP BY 1 ORDER BY count(*) DESC, ${value}::text COLLATE "C" LIMIT ${atMost}`,
  );
  return rows.map(([text, count]) => ({ value: text!, count: Number(count) }));
}

/** The offers that customers took, and how many each, in code point order. */
export async function offerCounts(
  warehouse: Warehouse,
  source: TrainingSource,
): Promise<{ offer: string; customers: number }[]> {
  const text = offerCountsQuery(await warehouse.relation(), source);
  const rows = await warehouse.query('count the offers to learn', text);
  return rows.map(([offer, count]) => ({ offer: offer!, customers: Number(count) }));
}

export interface StreamTrainingOptions {
  source: TrainingSource;
  /** In the order wanted; `LABEL` and `boughtColumn(i)` too. */
  columns: readonly InputColumn[];
  /** The offers, where the source counts what was bought of them. */
  offers?: readonly string[];
  batchSize: number;
  onBatch: (batch: MemberBatch) => void;
  signal?: AbortSignal;
}

/** Streams the rows that have a label, in no particular order, as `streamMembers` does members. */
export async function streamTrainingRows(
  warehouse: Warehouse,
  options: StreamTrainingOptions,
): Promise<void> {
  const { source, columns, offers, batchSize, onBatch, signal } = options;
  const relation = await warehouse.relation();
  if (source.kind === 'table') requireId(relation);
  const list = [...columns.map(inputColumnSql), ID_TEXT_SQL].join(', ');
  const rows = `(${trainingQuery(relation, source, offers)}) AS rows`;
  const read = { condition: '', range: { lo: null, hi: null }, columns, batchSize, onBatch };
  const query = new CopyOutQuery(
    `SELECT ${list} FROM ${rows} LIMIT 0;
SELECT '', '0';
COPY (SELECT ${list} FROM ${rows} WHERE ${LABEL} IS NOT NULL) TO STDOUT (FORMAT binary)`,
    new MemberSink(read, relation.label),
    {
      pauseMs: 0,
      silenceMs: warehouse.silenceMs(2),
      onPauseTooLong: () => new AppError('warehouse_timeout', 'A batch was held for too long.'),
      explain: (error) => warehouse.explain(error, `read what is to be learnt from`),
    },
  );
  await runCopyOut(warehouse, query, signal, cancelled);
}

function cancelled(): AppError {
  return new AppError('run_cancelled', 'The training was cancelled.');
}
