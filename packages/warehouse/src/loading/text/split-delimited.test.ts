import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitDelimited } from './split-delimited.ts';

test.each([
  ['a,b,c', ',', ['a', 'b', 'c']],
  [' a ;b;; c d ', ';', ['a', 'b', '', 'c d']],
  ['', ',', ['']],
  ['a,', ',', ['a', '']],
  ['"a,b",c', ',', ['a,b', 'c']],
  ['"say ""hi""", x', ',', ['say "hi"', 'x']],
  ['  "a"  ,b', ',', ['a', 'b']],
  ['5" nails,"6"" nails"', ',', ['5" nails', '6" nails']],
  ['"",""', ',', ['', '']],
  ['"a\nb",c', ',', ['a\nb', 'c']],
  ['a\t"b"\t', '\t', ['a', 'b', '']],
])('%j splits at %j', (text, delimiter, cells) => {
  expect(splitDelimited(text, delimiter)).toEqual({ cells });
});

test('a quote that stays open goes on in the next line', () => {
  expect(splitDelimited('a,"b', ',')).toBe('continues');
  expect(splitDelimited('a,"b""', ',')).toBe('continues');
});

test('text after a closing quote is a fault of the record', () => {
  expect(splitDelimited('a,"b"c,d', ',')).toEqual({
    fault: 'there is text after the closing quote of cell 2',
  });
});

test('what is written by RFC 4180 is read back', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', ';', ' ', '\n', 'ü') });
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1 }), fc.constantFrom(',', ';'), (cells, delimiter) => {
      const text = cells.map((value) => `"${value.replaceAll('"', '""')}"`).join(delimiter);
      const trimmed = cells.map((value) => value.trim());
      expect(splitDelimited(text, delimiter)).toEqual({ cells: trimmed });
    }),
  );
});
