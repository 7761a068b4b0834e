import { AppError } from '@segcast/contracts';
import type { TextFormat } from './text-format.ts';

/** Whether the first record names the columns. */
export function hasHeader(format: TextFormat): boolean {
  return format.kind !== 'fixed' && (format.header ?? true);
}

/** The names of a file's columns; without a header they are `1`, `2` … up to `width`. */
export function columnNames(
  format: TextFormat,
  header: readonly string[] | null,
  width: number,
): readonly string[] {
  if (format.kind === 'fixed') return format.columns.map((column) => column.name);
  return header ?? Array.from({ length: width }, (_, index) => String(index + 1));
}

/**
 * Where a column stands.
 *
 * @throws AppError `import_failed` when the file has no such column, or two.
 */
export function columnIndex(file: string, names: readonly string[], wanted: string): number {
  const index = names.indexOf(wanted);
  if (index !== -1 && names.lastIndexOf(wanted) === index) return index;
  const fault = index === -1 ? 'has no column' : 'has more than one column';
  const hint =
    names.length === 1 ? ' If that is one line with all of them, give its delimiter.' : '';
  throw new AppError(
    'import_failed',
    `${file} ${fault} "${wanted}". Its columns are: ${names.join(', ')}.${hint}`,
  );
}
