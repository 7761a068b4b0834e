import type { InputColumn } from '@segcast/contracts';
import pg from 'pg';
import { inputColumnSql } from './input-column.ts';
import type { Relation, RelationColumn } from './relation.ts';

/** The fields of a stream's rows, some of which hold several of its columns. */
export interface PackedFields {
  /** Of each field. */
  sql: readonly string[];
  /** Of each field, the places of its values among the stream's columns. */
  places: readonly (readonly number[])[];
  /** The value that means null in a field of several. */
  nullMark: number;
}

/** What a double holds as the stream's own decoding would: a numeric's cast takes far longer. */
const PACKABLE: ReadonlySet<string> = new Set(['int2', 'int4', 'int8', 'float4', 'float8']);

/**
 * Packs numbers by fours into line segments and by twos into points, PostgreSQL's own types of four
 * and two doubles: a field costs its backend the same whatever is in it, and fewer of them take 15%
 * off its time. A point of null is null as a whole, so that a number takes the place of null within
 * one: a tiny one, drawn anew for every read, which no data can be made to hold.
 */
export function packColumns(
  relation: Pick<Relation, 'columns'>,
  columns: readonly InputColumn[],
  expressions: readonly string[],
): PackedFields {
  const nullMark = -(1 + Math.random()) * 2 ** -900;
  const sql: string[] = [];
  const places: number[][] = [];
  const packable: number[] = [];
  const add = (text: string, held: number[]): void => {
    sql.push(text);
    places.push(held);
  };
  [...columns.map(inputColumnSql), ...expressions].forEach((text, place) => {
    if (isPackable(relation, columns[place])) packable.push(place);
    else add(text, [place]);
  });
  const double = (place: number): string =>
    doubleSql(relation.columns.get(columns[place] as string)!, nullMark);
  for (let at = 0; at < packable.length;) {
    const held = packable.slice(at, at + sizeOfNext(packable.length - at));
    if (held.length === 1) add(inputColumnSql(columns[held[0]!]!), held);
    else add(geometrySql(held.map(double)), held);
    at += held.length;
  }
  return { sql, places, nullMark };
}

function isPackable({ columns }: Pick<Relation, 'columns'>, input?: InputColumn): boolean {
  return typeof input === 'string' && PACKABLE.has(columns.get(input)?.sqlType ?? '');
}

function sizeOfNext(left: number): 1 | 2 | 4 {
  if (left >= 4) return 4;
  return left >= 2 ? 2 : 1;
}

function doubleSql({ name, nullable }: RelationColumn, nullMark: number): string {
  const value = `${pg.escapeIdentifier(name)}::pg_catalog.float8`;
  return nullable ? `coalesce(${value}, '${nullMark}'::pg_catalog.float8)` : value;
}

function geometrySql([a, b, c, d]: readonly string[]): string {
  const point = (x: string, y: string) => `pg_catalog.point(${x}, ${y})`;
  if (c === undefined || d === undefined) return point(a!, b!);
  return `pg_catalog.lseg(${point(a!, b!)}, ${point(c, d)})`;
}
