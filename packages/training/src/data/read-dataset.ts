import { AppError, columnName, type InputColumn, type TrainRequest } from '@segcast/contracts';
import { BACKGROUND_ROWS, type ModelInput } from '@segcast/scoring';
import {
  boughtColumn,
  LABEL,
  streamTrainingRows,
  type TrainingSource,
  type Warehouse,
} from '@segcast/warehouse';
import { chooseColumns } from './choose-columns.ts';
import { describeInput } from './describe-input.ts';
import { encodeRows, rawRow, type EncodedRows } from './encode-rows.ts';
import { RowCollector, type RawRows } from './raw-rows.ts';
import { splitRows, type Fold, type Split } from './split.ts';

/** All that is needed to fit and to measure. */
export interface Dataset {
  inputs: ModelInput[];
  encoded: EncodedRows;
  /** One per row: 0 or 1, or the index of the offer. */
  labels: Float64Array;
  split: Split;
  /** Raw rows of the training part, for explanations; and of the test part, for proofs. */
  background: (number | null)[][];
  checkRows: (number | null)[][];
  /** A column as it was read, where it was. */
  rawColumn: (name: string) => Float64Array | null;
  notes: string[];
}

export interface ReadDatasetOptions {
  source: TrainingSource;
  request: TrainRequest;
  /** The offers to learn, where it is offers. */
  offers?: readonly string[];
  /** Tests one part of several in turn. */
  fold?: Fold;
  onRows?: (rows: number) => void;
  signal?: AbortSignal | undefined;
}

const BATCH_SIZE = 4096;
const CHECK_ROWS = 12;

/**
 * Streams the rows to learn from out of the warehouse and prepares them.
 *
 * @throws AppError `training_refused` where the columns or the labels are of no use.
 */
export async function readDataset(
  warehouse: Warehouse,
  options: ReadDatasetOptions,
): Promise<Dataset> {
  const { source, request, offers, fold } = options;
  const { columns, notes } = await chooseColumns(warehouse, source, request);
  const label: InputColumn = offers ? { column: LABEL, categories: offers } : LABEL;
  const bought = offers && source.kind === 'offers' ? offers.map((_, i) => boughtColumn(i)) : [];
  const all = [...columns, ...bought, label];
  const collector = new RowCollector(all.length, { seed: request.seed, atMost: request.max_rows });
  await streamTrainingRows(warehouse, {
    ...{ source, columns: all, batchSize: BATCH_SIZE },
    ...(offers ? { offers } : {}),
    ...(options.signal ? { signal: options.signal } : {}),
    onBatch: (batch) => {
      collector.add(batch);
      options.onRows?.(collector.size);
    },
  });
  const raw = withoutOthers(collector.finish(), offers);
  return describe(raw, all, columns.length, { notes, split: splitRows(raw.columns.at(-1)!, fold) });
}

/**
 * Leaves out customers whose label is none of those to learn.
 *
 * @throws AppError `training_refused` for a churn label other than 0 and 1.
 */
function withoutOthers(raw: RawRows, offers: readonly string[] | undefined): RawRows {
  const labels = offers?.length ?? 2;
  const label = raw.columns.at(-1)!;
  const isKnown = (value: number) => Number.isInteger(value) && value >= 0 && value < labels;
  const strange = label.find((value) => !isKnown(value));
  if (strange === undefined) return raw;
  if (offers === undefined) {
    throw new AppError(
      'training_refused',
      `The label has the value ${strange}; it must be 0 or 1, or a boolean, or a text of which one value is named (--positive).`,
    );
  }
  const kept = Uint32Array.from(label.keys()).filter((row) => isKnown(label[row]!));
  return {
    size: kept.length,
    columns: raw.columns.map((column) => Float64Array.from(kept, (row) => column[row]!)),
  };
}

function describe(
  raw: RawRows,
  columns: readonly InputColumn[],
  inputColumns: number,
  { notes, split }: { notes: string[]; split: Split },
): Dataset {
  const inputs: ModelInput[] = [];
  const places: number[] = [];
  for (let place = 0; place < inputColumns; place++) {
    const input = describeInput(raw, split.train, place, columns[place]!);
    if (input) {
      inputs.push(input);
      places.push(place);
    } else {
      notes.push(`${columnName(columns[place]!)} is left out: it is the same for all customers.`);
    }
  }
  const rowsOf = (rows: Uint32Array, count: number) =>
    Array.from(rows.subarray(0, count), (row) => rawRow(raw, places, row));
  return {
    inputs,
    encoded: encodeRows(raw, inputs, places),
    labels: raw.columns.at(-1)!,
    split,
    background: rowsOf(split.train, BACKGROUND_ROWS),
    checkRows: rowsOf(split.test, CHECK_ROWS),
    rawColumn: (name) => {
      const place = columns.findIndex((column) => columnName(column) === name);
      return place === -1 ? null : raw.columns[place]!;
    },
    notes,
  };
}
