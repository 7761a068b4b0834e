import { copyCell } from './copy-in.ts';
import type { ProfileColumn, ProfileType } from './source-tables.ts';
import { columnIndex } from './text/column-index.ts';
import { createDateParser } from './text/parse-date.ts';
import {
  isText,
  MAX_ID_LENGTH,
  parseBoolean,
  parseDecimal,
  parseWhole,
} from './text/parse-value.ts';

/** Which columns of the files mean what, by name, or by number from 1 where there is no header. */
export interface TransactionMapping {
  customer: string;
  date: string;
  /** What the line is worth; negative for a return. */
  amount: string;
  /** How many items the line has: 1 when left out. */
  items?: string;
  /** Lines of one customer with the same invoice are one transaction; without it every line is one. */
  invoice?: string;
  product?: string;
  category?: string;
  /** Columns that describe the customer, under the names they get; the latest known value counts. */
  profile?: readonly ({ column: string } & ProfileColumn)[];
  /** See `createDateParser`. */
  dateFormat?: string;
  /** Whether amounts are written `12,50`. */
  decimalComma?: boolean;
}

/** Which lines are left out on purpose. */
export interface LineFilters {
  /** Lines where the column's text is the value. */
  exclude?: readonly { column: string; value: string }[];
  /** Lines whose amount is zero or less. */
  positiveOnly?: boolean;
}

/** What a line is: cells for COPY, or why it does not count. */
export type ParsedLine =
  | { kind: 'loaded'; cells: string }
  | { kind: 'excluded'; customer: string | null; reason: string }
  | { kind: 'rejected'; reason: string };

const NOT_POSITIVE = 'the amount is not positive';

/** How one cell of a line is read. */
interface Field {
  label: string;
  index: number;
  /** Whether a blank cell is a fault; else it is null. */
  required: boolean;
  /** The value as PostgreSQL reads it, or null when the text is none. */
  read: (text: string) => string | null;
  expected: string;
}

/**
 * Makes a parser of one file's lines, whose cells are customer_id, occurred_at, amount, items,
 * invoice, product, category and the profile columns, in that order.
 *
 * @throws AppError `import_failed` when a mapped column is not there.
 */
export function createLineParser(
  file: string,
  names: readonly string[],
  mapping: TransactionMapping,
  filters: LineFilters,
): (cells: readonly string[]) => ParsedLine {
  const indexOf = (column: string) => columnIndex(file, names, column);
  const fields = fieldsOf(mapping, indexOf);
  const excluded = (filters.exclude ?? []).map(({ column, value }) => ({
    value,
    index: indexOf(column),
    reason: value === '' ? `${column} is blank` : `${column} is ${value}`,
  }));
  const customerIndex = indexOf(mapping.customer);
  const amountIndex = indexOf(mapping.amount);
  const amountOf = (cell: string) => Number(parseDecimal(cell, mapping.decimalComma ?? false));

  return (cells) => {
    if (cells.length !== names.length) {
      return rejected(`it has ${cells.length} cells where ${names.length} are expected`);
    }
    const customer = readId(cells[customerIndex]!);
    const filter = excluded.find(({ index, value }) => cells[index] === value);
    if (filter !== undefined) return { kind: 'excluded', customer, reason: filter.reason };
    const read: string[] = [];
    for (const field of fields) {
      const cell = typeof field === 'string' ? field : readField(field, cells[field.index]!);
      if (typeof cell !== 'string') return cell;
      read.push(cell);
    }
    if (filters.positiveOnly === true && amountOf(cells[amountIndex]!) <= 0) {
      return { kind: 'excluded', customer, reason: NOT_POSITIVE };
    }
    return { kind: 'loaded', cells: read.join('\t') };
  };
}

function readField(field: Field, text: string): string | ParsedLine {
  if (text === '') {
    return field.required ? rejected(`${field.label} is blank`) : copyCell(null);
  }
  const value = field.read(text);
  if (value !== null) return copyCell(value);
  return rejected(`${field.label} "${shortened(text)}" is not ${field.expected}`);
}

function rejected(reason: string): ParsedLine {
  return { kind: 'rejected', reason };
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** The fields of a line; a text stands for itself where no column is mapped. */
function fieldsOf(
  mapping: TransactionMapping,
  indexOf: (column: string) => number,
): (Field | string)[] {
  const parseDate = createDateParser(mapping.dateFormat);
  const decimalComma = mapping.decimalComma ?? false;
  const day = mapping.dateFormat ?? 'YYYYMMDD or ISO 8601';
  const types: Readonly<Record<ProfileType | 'time', Pick<Field, 'read' | 'expected'>>> = {
    text: { read: readText, expected: 'text in the encoding of the file' },
    number: { read: (text) => parseDecimal(text, decimalComma), expected: 'a number' },
    boolean: { read: parseBoolean, expected: 'true or false' },
    date: { read: (text) => parseDate(text)?.slice(0, 10) ?? null, expected: `a date (${day})` },
    time: { read: parseDate, expected: `a date (${day})` },
  };
  const field = (label: string, column: string, type: keyof typeof types, required: boolean) => ({
    label,
    index: indexOf(column),
    required,
    ...types[type],
  });
  const optional = (label: string, column: string | undefined, required: boolean) =>
    column === undefined ? copyCell(null) : field(label, column, 'text', required);
  return [
    { ...field('customer', mapping.customer, 'text', true), read: readId, expected: 'an id' },
    field('date', mapping.date, 'time', true),
    field('amount', mapping.amount, 'number', true),
    mapping.items === undefined
      ? '1'
      : {
          ...field('items', mapping.items, 'number', true),
          read: parseWhole,
          expected: 'a whole number',
        },
    optional('invoice', mapping.invoice, true),
    optional('product', mapping.product, false),
    optional('category', mapping.category, false),
    ...(mapping.profile ?? []).map(({ name, column, type }) => field(name, column, type, false)),
  ];
}

function readText(text: string): string | null {
  return isText(text) ? text : null;
}

function readId(text: string): string | null {
  return text !== '' && text.length <= MAX_ID_LENGTH ? readText(text) : null;
}
