/**
 * A 32-bit hash of an id's bytes (FNV-1a, then the finaliser of MurmurHash3, since FNV leaves its
 * upper bits uneven for short ids).
 */
export function idHash(ids: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ ids[at]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
