/** Numbers in [0, 1) from a seed, by integer arithmetic only: the same on every machine. */
export type Random = () => number;

/** A 32-bit mixing counter (the finaliser of MurmurHash3 over a Weyl sequence). */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
}

/** Puts numbers into a random order (Fisher and Yates). */
export function shuffle(numbers: Uint32Array | number[], random: Random): void {
  for (let at = numbers.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [numbers[at], numbers[other]] = [numbers[other]!, numbers[at]!];
  }
}
