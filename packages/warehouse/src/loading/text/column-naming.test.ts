import { expect, test } from 'vitest';
import { columnNamesFor, snakeCase } from './column-naming.ts';

test.each([
  ['customerID', 'customer_id'],
  ['CustomerId', 'customer_id'],
  ['CUSTOMER-ID', 'customer_id'],
  ['StreamingTV', 'streaming_tv'],
  ['TVShow', 'tv_show'],
  ['Größe (cm)', 'gro_e_cm'],
  ['Café', 'cafe'],
  ['90 days', '_90_days'],
  ['%', ''],
])('%s becomes %s', (text, name) => {
  expect(snakeCase(text)).toBe(name);
});

test('every column gets a name of its own', () => {
  expect(columnNamesFor(['Total', 'total', '', 'customer id'], ['customer_id'])).toEqual([
    'total',
    'total_2',
    'column_3',
    'customer_id_2',
  ]);
});
