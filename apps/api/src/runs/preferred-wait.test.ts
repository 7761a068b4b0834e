import { expect, it } from 'vitest';
import { preferredWait } from './preferred-wait.ts';

it.each([
  ['wait=10', 10],
  ['respond-async, wait=5', 5],
  ['Wait = "7"; foo', 7],
  ['wait=0', 0],
  ['wait=600', 60],
  ['wait=-1', null],
  ['wait=1.5', null],
  ['wait', null],
  ['waiter=3', null],
  ['', null],
  [undefined, null],
])('reads %j as %j', (prefer, seconds) => {
  expect(preferredWait(prefer)).toBe(seconds);
});
