import { expect, test } from 'vitest';
import { TypeInference } from './infer-type.ts';

test.each([
  [['1', '-20', '0'], 'integer'],
  [['2147483648'], 'bigint'],
  [['1', '2.50', '.5', '-1e3'], 'double precision'],
  [['1', 'NaN', '-Infinity'], 'double precision'],
  [['0.1234567890123456'], 'numeric'],
  [['12345678901234567890'], 'numeric'],
  [['007', '12'], 'text'],
  [['1', 'one'], 'text'],
  [['1e999'], 'text'],
  [['-'], 'text'],
  [['.'], 'text'],
  [['Yes', 'no'], 'boolean'],
  [['true', 'false', 't'], 'boolean'],
  [['yes', 'maybe'], 'text'],
  [['0', '1'], 'integer'],
  [['2011-01-31', '2011-02-28'], 'date'],
  [['2011-01-31', '2011-02-28 10:00'], 'timestamptz'],
  [['2011-02-30'], 'text'],
  [['20110131'], 'integer'],
  [[], 'text'],
])('%j is %s', (texts, type) => {
  const inference = new TypeInference();
  for (const text of texts) inference.add(text);
  expect(inference.type).toBe(type);
});
