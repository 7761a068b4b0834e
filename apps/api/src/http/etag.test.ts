import { expect, test } from 'vitest';
import { allowedVersions, etagOf, isKnown, versionTag } from './etag.ts';

test('a tag tells what decides an answer, and nothing else does', () => {
  expect(etagOf(1, { a: null })).toBe(etagOf(1, { a: null }));
  expect(etagOf(1, { a: null })).not.toBe(etagOf(1, { a: 0 }));
  expect(etagOf('x')).toMatch(/^"[\w-]{27}"$/);
});

test('If-None-Match compares weakly, and may name several', () => {
  const tag = etagOf('x');
  expect(isKnown(undefined, tag)).toBe(false);
  expect(isKnown('"other"', tag)).toBe(false);
  for (const header of [tag, `W/${tag}`, `"other" , ${tag}`, '*']) {
    expect(isKnown(header, tag)).toBe(true);
  }
});

test.each([
  [undefined, null],
  ['*', null],
  [versionTag(7), [7]],
  [`"v1", ${versionTag(22)}`, [1, 22]],
  ['W/"v7"', []],
  ['nonsense', []],
  ['"v7', []],
])('If-Match %s allows %j', (header, versions) => {
  expect(allowedVersions(header)).toEqual(versions);
});
