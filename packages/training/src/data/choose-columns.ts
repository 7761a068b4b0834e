import { AppError, type InputColumn, type TrainRequest } from '@segcast/contracts';
import { MAX_CATEGORIES } from '@segcast/scoring';
import {
  LABEL,
  textValues,
  trainingColumns,
  type TrainingColumn,
  type TrainingSource,
  type Warehouse,
} from '@segcast/warehouse';

/** A category of fewer customers than this counts as "other". */
const LEAST_CUSTOMERS = 10;
/** What Segcast derives by fixed bounds from columns that the model sees anyway. */
const REDUNDANT: readonly string[] = ['customer_status'];

export interface ChosenColumns {
  columns: InputColumn[];
  /** What was left out, for people. */
  notes: string[];
}

/**
 * The columns to learn from: numbers, booleans, and texts of few different values.
 *
 * @throws AppError `training_refused` when a column asked for is missing or cannot be used.
 */
export async function chooseColumns(
  warehouse: Warehouse,
  source: TrainingSource,
  request: TrainRequest,
): Promise<ChosenColumns> {
  const available = await trainingColumns(warehouse, source);
  const wanted = wantedColumns(available, source, request);
  const chosen: ChosenColumns = { columns: [], notes: [] };
  for (const { name, type } of wanted) {
    if (type === 'number' || type === 'boolean') chosen.columns.push(name);
    else if (type === 'string') await addText(warehouse, source, name, chosen);
    else if (request.inputs) chosen.notes.push(`${name} is left out: it is no number and no text.`);
  }
  if (chosen.columns.length > 0) return chosen;
  throw new AppError('training_refused', 'No column is left to learn from.');
}

function wantedColumns(
  available: readonly TrainingColumn[],
  source: TrainingSource,
  { inputs, exclude }: TrainRequest,
): TrainingColumn[] {
  const label = source.kind === 'table' ? source.label : LABEL;
  const unusable = new Set(['customer_id', LABEL, label]);
  const names = available.map(({ name }) => name).filter((name) => !unusable.has(name));
  const missing = [...(inputs ?? []), ...exclude].filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw new AppError(
      'training_refused',
      `There is no column ${missing.join(', ')} to learn from. There are ${names.join(', ')}.`,
    );
  }
  const wanted = new Set(inputs ?? names.filter((name) => !REDUNDANT.includes(name)));
  for (const name of exclude) wanted.delete(name);
  return available.filter(({ name }) => wanted.has(name) && !unusable.has(name));
}

async function addText(
  warehouse: Warehouse,
  source: TrainingSource,
  column: string,
  { columns, notes }: ChosenColumns,
): Promise<void> {
  const values = await textValues(warehouse, source, column, MAX_CATEGORIES + 1);
  if (values.length > MAX_CATEGORIES) {
    notes.push(`${column} is left out: it has more than ${MAX_CATEGORIES} different texts.`);
    return;
  }
  const categories = values
    .filter(({ count }) => count >= LEAST_CUSTOMERS)
    .map(({ value }) => value)
    .sort();
  if (categories.length > 0) columns.push({ column, categories });
}
