/**
 * A number in [0, 1) from a customer's id and a seed: customers ordered by it are shuffled, the
 * same whatever the order in which they were read. (FNV-1a over the bytes, twice, each finished by
 * MurmurHash3's mixer.)
 */
export function customerKey(id: Uint8Array, from: number, to: number, seed: number): number {
  let high = 0x811c9dc5 ^ Math.imul(seed + 1, 0x9e3779b1);
  let low = 0x2c1b3c6d ^ Math.imul(seed + 1, 0x85ebca77);
  for (let at = from; at < to; at++) {
    high = Math.imul(high ^ id[at]!, 0x01000193);
    low = Math.imul(low ^ id[at]!, 0x01000193);
  }
  return ((mixed(high) >>> 5) * 2 ** 26 + (mixed(low) >>> 6)) / 2 ** 53;
}

function mixed(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
