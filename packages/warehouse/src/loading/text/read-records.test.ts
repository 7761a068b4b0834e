import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRecords, type TextRecord } from './read-records.ts';
import type { TextFormat } from './text-format.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segcast-records-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function read(
  content: string | Buffer,
  format: TextFormat,
): Promise<{ records: TextRecord[]; blank: number; bytes: number }> {
  const file = join(folder, 'records.txt');
  await writeFile(file, content);
  const result = { records: [] as TextRecord[], blank: 0, bytes: 0 };
  for await (const batch of readRecords(file, format, (count) => (result.bytes += count))) {
    result.records.push(...batch.records);
    result.blank += batch.blank;
  }
  return result;
}

const cellsOf = (records: TextRecord[]) =>
  records.map((record) => ('cells' in record ? record.cells : record.fault));
const linesOf = (records: TextRecord[]) => records.map((record) => record.line);

test('lines are numbered as an editor numbers them, blank and skipped ones too', async () => {
  const text = 'about this file\r\nid,name\r\n\r\n1,"two\r\nlines"\r\n  \r\n2,x';
  const { records, blank, bytes } = await read(text, { kind: 'delimited', skipLines: 1 });
  expect(cellsOf(records)).toEqual([
    ['id', 'name'],
    ['1', 'two\nlines'],
    ['2', 'x'],
  ]);
  expect(linesOf(records)).toEqual([2, 4, 7]);
  expect(blank).toBe(2);
  expect(bytes).toBe(text.length);
});

test('a quote that never closes costs its line alone', async () => {
  const { records } = await read('a,b\n1,"x\n2,y\n3,"z"\n4,w\n', { kind: 'delimited' });
  expect(cellsOf(records)).toEqual([
    ['a', 'b'],
    'there is text after the closing quote of cell 2',
    ['4', 'w'],
  ]);
  const open = await read('a,b\n1,"x\n2,y\n4,w\n', { kind: 'delimited' });
  expect(cellsOf(open.records)).toEqual([
    ['a', 'b'],
    'a quote is opened and never closed',
    ['2', 'y'],
    ['4', 'w'],
  ]);
});

test('a quote that is open for hundreds of lines is given up', async () => {
  const rest = Array.from({ length: 500 }, (_, index) => `${index},x`);
  const { records } = await read(`1,"x\n${rest.join('\n')}\n`, { kind: 'delimited' });
  expect(records).toHaveLength(501);
  expect(cellsOf(records).filter((cells) => typeof cells === 'string')).toHaveLength(1);
});

test('records are whole wherever the file is cut into chunks', async () => {
  const rows = Array.from({ length: 30_000 }, (_, index) => `${index},"Zoë ""${index}""\nx",ü`);
  const { records } = await read(gzipSync(rows.join('\n')), { kind: 'delimited' });
  expect(records).toHaveLength(30_000);
  expect(cellsOf(records)[29_999]).toEqual(['29999', 'Zoë "29999"\nx', 'ü']);
  expect(records[29_999]!.line).toBe(59_999);
});

test('columns may stand between blanks or at fixed places', async () => {
  const spaced = await read('  id   date\n 00001  19970101 \n', { kind: 'whitespace' });
  expect(cellsOf(spaced.records)).toEqual([
    ['id', 'date'],
    ['00001', '19970101'],
  ]);
  const columns = [
    { name: 'id', start: 1, end: 4 },
    { name: 'day', start: 7, end: 8 },
  ];
  const fixed = await read('A 1 xx07\nB\n', { kind: 'fixed', columns });
  expect(cellsOf(fixed.records)).toEqual([
    ['A 1', '07'],
    ['B', ''],
  ]);
});

test('other encodings and a byte order mark are understood', async () => {
  const latin = await read(Buffer.from('caf\xe9,1', 'latin1'), {
    kind: 'delimited',
    encoding: 'windows-1252',
  });
  expect(cellsOf(latin.records)).toEqual([['café', '1']]);
  const marked = await read('\uFEFFid,name', { kind: 'delimited' });
  expect(cellsOf(marked.records)).toEqual([['id', 'name']]);
});

test.each([
  ['an absent file', null, 'no such file'],
  ['a zip archive', Buffer.from('PK\x03\x04 and so on'), 'zip archive'],
  ['UTF-16', Buffer.from('\uFEFFid', 'utf16le'), 'Give the encoding utf-16le'],
  ['a truncated gzip file', gzipSync('a,b\n'.repeat(10_000)).subarray(0, 40), 'truncated gzip'],
  ['one endless line', 'x'.repeat(3_000_000), 'more than a million characters'],
])('%s is refused with the reason', async (_, content, reason) => {
  const reading =
    content === null
      ? readRecords(join(folder, 'absent.csv'), { kind: 'delimited' }, () => undefined).next()
      : read(content, { kind: 'delimited' });
  await expect(reading).rejects.toMatchObject({
    code: 'import_failed',
    message: expect.stringContaining(reason) as string,
  });
});

test.each(['', ',,', '"', '\n'])('%j cannot be a delimiter', async (delimiter) => {
  await expect(read('a', { kind: 'delimited', delimiter })).rejects.toThrow(
    'cannot be a delimiter',
  );
});

test('an unknown encoding is refused', async () => {
  await expect(read('a', { kind: 'delimited', encoding: 'utf-9' })).rejects.toThrow('utf-9');
});
