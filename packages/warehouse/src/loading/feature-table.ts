import { AppError } from '@segcast/contracts';
import { escapeIdentifier, type Client } from 'pg';
import { NEXT_FEATURES_SCHEMA } from './source-tables.ts';
import { columnIndex } from './text/column-index.ts';
import { columnNamesFor, snakeCase } from './text/column-naming.ts';
import { TypeInference, type InferredType } from './text/infer-type.ts';

/** A column of a feature file on its way into the table. */
export interface FeatureColumn {
  /** Its name in the file. */
  source: string;
  name: string;
  isId: boolean;
  inference: { add(text: string): void; readonly type: InferredType };
  /** How many values are not known. */
  nulls: number;
}

const ID = 'customer_id';
/** PostgreSQL allows 1,600 at most, fewer when they are wide. */
const MAX_COLUMNS = 1_000;

/**
 * Decides which column is the id and what the columns are called.
 *
 * @throws AppError `import_failed` when there is no id column.
 */
export function planColumns(
  file: string,
  sources: readonly string[],
  idColumn: string | undefined,
): FeatureColumn[] {
  if (sources.length > MAX_COLUMNS) {
    const message = `${file} has ${sources.length} columns; at most ${MAX_COLUMNS} can be loaded.`;
    throw new AppError('import_failed', message);
  }
  const idIndex =
    idColumn === undefined
      ? sources.findIndex((source) => snakeCase(source) === ID)
      : columnIndex(file, sources, idColumn);
  if (idIndex === -1) {
    throw new AppError(
      'import_failed',
      `${file} has no column customer_id. Say which of its columns has the customers' ids ` +
        `(--id): ${sources.join(', ')}.`,
    );
  }
  const others = columnNamesFor(sources.toSpliced(idIndex, 1), [ID]);
  const names = others.toSpliced(idIndex, 0, ID);
  return sources.map((source, index) => {
    const isId = index === idIndex;
    // An id is a text whatever it looks like: 007 is not 7.
    const inference = isId ? { add: () => undefined, type: 'text' as const } : new TypeInference();
    return { source, name: names[index]!, isId, inference, nulls: 0 };
  });
}

/** Creates the temporary table that takes the cells as texts. */
export async function createStagingTable(
  client: Client,
  columns: readonly FeatureColumn[],
): Promise<void> {
  const definitions = columns.map(({ name }) => `${escapeIdentifier(name)} text`);
  await client.query(`CREATE TEMP TABLE incoming (${definitions.join(', ')}) ON COMMIT DROP`);
}

/** Creates the table of the types found, the id first, its rows in the order of ids. */
export async function createFeatureTable(
  client: Client,
  table: string,
  columns: readonly FeatureColumn[],
): Promise<void> {
  const ordered = columns.toSorted((a, b) => Number(b.isId) - Number(a.isId));
  const casts = ordered.map(({ name, inference }) => {
    const column = escapeIdentifier(name);
    return `${column}::${inference.type} AS ${column}`;
  });
  const next = `${NEXT_FEATURES_SCHEMA}.${escapeIdentifier(table)}`;
  await client.query(
    `CREATE TABLE ${next} AS SELECT ${casts.join(', ')} FROM incoming ORDER BY ${ID}`,
  );
  await client.query(`ALTER TABLE ${next} ALTER COLUMN ${ID} SET NOT NULL`);
}
