import { expect, test } from 'vitest';
import { packColumns } from './pack-columns.ts';
import type { RelationColumn } from './relation.ts';

function column(name: string, sqlType: string, nullable = true): [string, RelationColumn] {
  const rest = { type: null, precision: null, comment: null, collation: null, deterministic: true };
  return [name, { name, sqlType, nullable, ...rest }];
}

const columns = new Map([
  ...['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => column(name, 'float8', false)),
  column('amount', 'numeric'),
  column('maybe', 'int4'),
]);

function pack(names: readonly string[], expressions: readonly string[] = []) {
  const { sql, places, nullMark } = packColumns({ columns }, names, expressions);
  const tidy = (text: string) => text.replaceAll('pg_catalog.', '').replaceAll('"', '');
  return { sql: sql.map(tidy), places, nullMark };
}

test('packs by fours, then by twos, and leaves what remains as it is', () => {
  const { sql, places } = pack(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  expect(sql).toEqual([
    'lseg(point(a::float8, b::float8), point(c::float8, d::float8))',
    'point(e::float8, f::float8)',
    'g',
  ]);
  expect(places).toEqual([[0, 1, 2, 3], [4, 5], [6]]);
});

test('leaves numerics and expressions alone, whatever stands between them', () => {
  const { sql, places } = pack(['a', 'amount', 'b'], ['1 + 1']);
  expect(sql).toEqual(['amount', '1 + 1', 'point(a::float8, b::float8)']);
  expect(places).toEqual([[1], [3], [0, 2]]);
});

test('marks nulls by a number that is drawn anew for every read', () => {
  const first = pack(['maybe', 'a']);
  expect(first.sql).toEqual([
    `point(coalesce(maybe::float8, '${first.nullMark}'::float8), a::float8)`,
  ]);
  expect(Number(String(first.nullMark))).toBe(first.nullMark);
  expect(pack(['maybe', 'a']).nullMark).not.toBe(first.nullMark);
});
