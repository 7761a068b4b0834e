/**
 * The double with the fewest digits that rounds to the same float32: 0.7 for 0.699999988…. (Below
 * 1e-38, where float32 has fewer than six digits, it may show up to six.)
 */
export function shortestFloat32(value: number): number {
  const float = Math.fround(value);
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(float.toPrecision(digits));
    if (Math.fround(short) === float) return short;
  }
  // Nine digits tell any two float32 numbers apart.
  return Number(float.toPrecision(9));
}
