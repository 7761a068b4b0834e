/** A source of uniform numbers in the open interval (0, 1). */
export type Random = () => number;

const MASK_64 = (1n << 64n) - 1n;

/**
 * A deterministic generator of uniform numbers, 52 bits each, from two outputs of xoshiro128**.
 *
 * @param seed a whole number from 0 to 2⁵³ − 1.
 * @param stream streams of one seed are independent of each other.
 */
export function createRandom(seed: number, stream: number): Random {
  // The authors of xoshiro recommend SplitMix64 to fill its state.
  const next = splitMix64(splitMix64(BigInt(seed))() ^ BigInt(stream));
  const [first, second] = [next(), next()];
  const nextInt32 = xoshiro128([first, first >> 32n, second, second >> 32n].map(lowest32Bits));
  return () => {
    const high = nextInt32() >>> 6;
    const low = nextInt32() >>> 6;
    return (high * 0x4000000 + low + 0.5) / 0x10000000000000;
  };
}

/**
 * xoshiro128** 1.1 (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021).
 *
 * @param state four 32-bit integers, not all zero.
 * @returns a function that gives the next 32 bits as a signed integer, which V8 holds without
 * allocating.
 */
export function xoshiro128(state: readonly number[]): () => number {
  let [a = 0, b = 0, c = 0, d = 0] = state;
  return () => {
    const scrambled = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return scrambled;
  };
}

function lowest32Bits(value: bigint): number {
  return Number(value & 0xffffffffn) | 0;
}

function rotateLeft(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

/** SplitMix64 (Steele, Lea and Flood, 2014). */
function splitMix64(seed: bigint): () => bigint {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b97f4a7c15n) & MASK_64;
    let mixed = ((state ^ (state >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK_64;
    mixed = ((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn) & MASK_64;
    return mixed ^ (mixed >> 31n);
  };
}
