import { expect, test } from 'vitest';

import { hashRule } from './hash-rule.ts';

const above = { '>': [{ var: 'total_revenue' }, 1000] };
const recent = { '<': [{ var: 'days_since_last' }, 30] };

test('is the SHA-256 of the canonical JSON', () => {
  expect(hashRule(above)).toBe('f2d2da0d9e4a14f9abdb79a8865494cba1c0a3fca6803eb031707b08401a2062');
});

test('the order of keys does not matter, nor the names of the old form', () => {
  const list = [
    { name: 'a', rule: above },
    { name: 'b', rule: recent },
  ];
  const turned = [
    { rule: above, name: 'x' },
    { rule: recent, name: 'y' },
  ];
  expect(hashRule(list)).toBe(hashRule(turned));
  expect(hashRule(list)).toBe(hashRule({ and: [above, recent] }));
  expect(hashRule([{ name: 'a', rule: above }])).toBe(hashRule(above));
});

test('everyone has one hash', () => {
  const hashes = [null, {}, true, [], [{ name: 'all', rule: {} }]].map(hashRule);
  expect(new Set(hashes).size).toBe(1);
});

test.each([
  [above, { '>=': [{ var: 'total_revenue' }, 1000] }],
  [above, { '>': [{ var: 'total_revenue' }, '1000'] }],
  [{ and: [above, recent] }, { and: [recent, above] }],
  [true, false],
  [{ in: [{ var: 'a' }, ['x', 'y']] }, { in: [{ var: 'a' }, ['x,y']] }],
])('rules that differ have different hashes: %j %j', (a, b) => {
  expect(hashRule(a)).not.toBe(hashRule(b));
});

test('a rule nested too deep is refused, not overflowed on', () => {
  let rule: unknown = true;
  for (let i = 0; i < 100_000; i++) rule = { '!': [rule] };
  expect(() => hashRule(rule)).toThrow(/more than 50 deep/);
});
