/** A source of uniform numbers in the open interval (0, 1). */
export type Random = () => number;

const MASK_64 = (1n << 64n) - 1n;

/**
 * A deterministic generator: xoshiro128** 1.1 (Blackman and Vigna, "Scrambled linear pseudorandom
 * number generators", 2021), its state filled by SplitMix64 as its authors recommend. Each number
 * takes 52 bits from two outputs.
 *
 * @param seed a whole number from 0 to 2⁵³ − 1.
 * @param stream streams of one seed are independent of each other.
 */
export function createRandom(seed: number, stream: number): Random {
  const next = splitMix64(splitMix64(BigInt(seed))() ^ BigInt(stream));
  const [first, second] = [next(), next()];
  // Signed 32-bit integers, which V8 holds without allocating.
  let a = Number(first & 0xffffffffn) | 0;
  let b = Number(first >> 32n) | 0;
  let c = Number(second & 0xffffffffn) | 0;
  let d = Number(second >> 32n) | 0;

  function nextInt32(): number {
    const scrambled = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return scrambled;
  }

  return () => {
    const high = nextInt32() >>> 6;
    const low = nextInt32() >>> 6;
    return (high * 0x4000000 + low + 0.5) / 0x10000000000000;
  };
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
