import { createHash } from 'node:crypto';

/** A strong entity tag (RFC 9110) of whatever decides an answer. */
export function etagOf(...decisive: unknown[]): string {
  const digest = createHash('sha256').update(JSON.stringify(decisive)).digest('base64url');
  return `"${digest.slice(0, 27)}"`;
}

/** Whether a client has the answer already: `If-None-Match` names its tag, or any. */
export function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = tagsOf(ifNoneMatch);
  // Weakly, as it is for GET: a tag is the same with and without its W/.
  return tags.includes('*') || tags.some((tag) => opaque(tag) === opaque(etag));
}

/** The tag of a version that grows with every write. */
export function versionTag(version: number): string {
  return `"v${version}"`;
}

/**
 * The versions that `If-Match` allows a write on; null where it allows all. A tag that is none of
 * `versionTag` matches nothing, a weak one neither.
 */
export function allowedVersions(ifMatch: string | undefined): number[] | null {
  const tags = tagsOf(ifMatch);
  if (ifMatch === undefined || tags.includes('*')) return null;
  return tags.flatMap((tag) => {
    const version = /^"v(\d{1,9})"$/.exec(tag)?.[1];
    return version === undefined ? [] : [Number(version)];
  });
}

function opaque(tag: string): string {
  return tag.replace(/^W\//, '');
}

function tagsOf(header = ''): string[] {
  return header
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
}
