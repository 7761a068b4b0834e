import { expect, test } from 'vitest';
import { createDateParser } from './parse-date.ts';

test.each([
  [undefined, '19970101', '1997-01-01 00:00:00+00'],
  [undefined, '2011-02-28', '2011-02-28 00:00:00+00'],
  [undefined, '2012-02-29 08:26', '2012-02-29 08:26:00+00'],
  [undefined, '2010-12-01T08:26:59.123Z', '2010-12-01 08:26:59.123+00'],
  [undefined, '2010-12-01 08:26:59 +0200', '2010-12-01 08:26:59+02:00'],
  [undefined, '2010-12-01T08:26-05', '2010-12-01 08:26:00-05:00'],
  ['DD/MM/YYYY', '31/01/2011', '2011-01-31 00:00:00+00'],
  ['MM/DD/YYYY HH:mm', '12/1/2010 8:26', '2010-12-01 08:26:00+00'],
  ['MM/DD/YYYY HH:mm', '12/1/2010', '2010-12-01 00:00:00+00'],
  ['DD.MM.YY', '1.2.69', '2069-02-01 00:00:00+00'],
  ['DD.MM.YY', '1.2.70', '1970-02-01 00:00:00+00'],
  ['YYYYMMDDHHmmss', '20101201082659', '2010-12-01 08:26:59+00'],
])('by %s, %s is %s', (format, text, expected) => {
  expect(createDateParser(format)(text)).toBe(expected);
});

test.each([
  [undefined, '19971301'],
  [undefined, '2011-02-29'],
  [undefined, '1900-02-29'],
  [undefined, '2011-04-31'],
  [undefined, '2011-01-00'],
  [undefined, '2011-01-01 24:00'],
  [undefined, '2011-01-01 10:60'],
  [undefined, '2011-01-01T10:00+15'],
  [undefined, '0000-01-01'],
  [undefined, '01/02/2011'],
  [undefined, 'yesterday'],
  ['DD/MM/YYYY', '31/02/2011'],
  ['DD/MM/YYYY', '31-01-2011'],
  ['DD.MM.YYYY', '31x01x2011'],
])('by %s, %s is no date', (format, text) => {
  expect(createDateParser(format)(text)).toBeNull();
});

test.each(['MM/YYYY', 'HH:mm', 'date', 'DD/MM/YYYY DD'])('%s is no format', (format) => {
  expect(() => createDateParser(format)).toThrow('date format');
});
