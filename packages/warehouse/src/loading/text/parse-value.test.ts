import { expect, test } from 'vitest';
import { isText, parseBoolean, parseDecimal, parseWhole } from './parse-value.ts';

test.each([
  ['11.77', false, '11.77'],
  ['-0.5', false, '-0.5'],
  ['.5', false, '.5'],
  ['5.', false, '5.'],
  ['1e3', false, '1e3'],
  ['12,50', true, '12,50'.replace(',', '.')],
  ['12,50', false, null],
  ['1,234.50', true, null],
  ['$5', false, null],
  ['', false, null],
  ['NaN', false, null],
  ['Infinity', false, null],
  ['1e15', false, null],
  ['0x10', false, null],
])('the amount %s (decimal comma: %s) is %s', (text, decimalComma, expected) => {
  expect(parseDecimal(text, decimalComma)).toBe(expected);
});

test.each([
  ['40', '40'],
  ['-3', '-3'],
  ['40.0', '40'],
  ['007', '7'],
  ['1.5', null],
  ['2147483648', null],
  ['many', null],
])('the number of items %s is %s', (text, expected) => {
  expect(parseWhole(text)).toBe(expected);
});

test('booleans are told by the usual words', () => {
  expect(['TRUE', 'y', '1', 'No', 'f', '0', 'x', '2'].map(parseBoolean)).toEqual([
    ...['t', 't', 't', 'f', 'f', 'f'],
    ...[null, null],
  ]);
});

test('NUL and bytes that are no text are found', () => {
  expect(isText('Zoë')).toBe(true);
  expect(isText('a\0b')).toBe(false);
  expect(isText(new TextDecoder().decode(Buffer.from([0x61, 0xe9])))).toBe(false);
});
