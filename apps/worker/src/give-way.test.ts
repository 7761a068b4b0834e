import { getPriority, setPriority } from 'node:os';
import type { App } from '@segcast/runtime';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { giveWay } from './give-way.ts';

// The process of the tests could not take it back.
vi.mock('node:os', () => ({ getPriority: vi.fn(), setPriority: vi.fn() }));

let warnings: string[];

function giveWayFrom(now: number, niceness: number): void {
  vi.mocked(getPriority).mockReturnValue(now);
  const log = { warn: (_: object, message: string) => void warnings.push(message) };
  giveWay({ config: { scoring: { niceness } }, log } as unknown as App);
}

beforeEach(() => {
  warnings = [];
});
afterEach(() => {
  vi.resetAllMocks();
});

test.each([
  [0, 10, [[10]]],
  [5, 10, [[10]]],
  [10, 10, []],
  [15, 10, []],
  [0, 0, []],
])('from %i to %i', (now, wanted, calls) => {
  giveWayFrom(now, wanted);
  expect(vi.mocked(setPriority).mock.calls).toEqual(calls);
  expect(warnings).toEqual([]);
});

test('where it is not permitted, it is said and nothing else', () => {
  vi.mocked(setPriority).mockImplementation(() => {
    throw new Error('EACCES');
  });
  giveWayFrom(0, 10);
  expect(warnings).toEqual(['the worker could not lower its priority; it goes on as it is']);
});
