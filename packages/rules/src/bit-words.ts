/**
 * One bit per customer: customer i is bit `i & 31` of word `i >> 5`. Bits beyond the last customer
 * are 0.
 */
export type BitWords = Int32Array;

/** How many words hold the bits of so many customers. */
export function wordsFor(customers: number): number {
  return (customers + 31) >> 5;
}

/** Sets the bits of all customers, and no more. */
export function fillBits(out: BitWords, customers: number): void {
  const words = wordsFor(customers);
  out.fill(-1, 0, words);
  if ((customers & 31) !== 0) out[words - 1] = (1 << (customers & 31)) - 1;
}

export function andInto(out: BitWords, other: BitWords, words: number): void {
  for (let word = 0; word < words; word++) out[word]! &= other[word]!;
}

export function orInto(out: BitWords, other: BitWords, words: number): void {
  for (let word = 0; word < words; word++) out[word]! |= other[word]!;
}

/** Flips the bits of all customers. */
export function invert(out: BitWords, customers: number): void {
  const words = wordsFor(customers);
  for (let word = 0; word < words; word++) out[word] = ~out[word]!;
  if ((customers & 31) !== 0) out[words - 1]! &= (1 << (customers & 31)) - 1;
}

/**
 * Turns 32 words at `at` so that bit i of word k becomes bit k of word i (Warren, Hacker's Delight,
 * 7-3): from a word per customer to a word per test, and back.
 */
export function transpose32(words: Int32Array, at: number): void {
  swapBlocks(words, at, 16, 0x0000ffff);
  swapBlocks(words, at, 8, 0x00ff00ff);
  swapBlocks(words, at, 4, 0x0f0f0f0f);
  swapBlocks(words, at, 2, 0x33333333);
  swapBlocks(words, at, 1, 0x55555555);
}

function swapBlocks(words: Int32Array, at: number, width: number, mask: number): void {
  for (let block = at; block < at + 32; block += 2 * width) {
    for (let k = block; k < block + width; k++) {
      const low = words[k]!;
      const high = words[k + width]!;
      const swapped = ((low >>> width) ^ high) & mask;
      words[k + width] = high ^ swapped;
      words[k] = low ^ (swapped << width);
    }
  }
}
