const POWERS_OF_TEN = Array.from({ length: 13 }, (_, exponent) => 10 ** exponent);

/**
 * The double with the fewest digits that rounds to the same float32: 0.7 for 0.699999988…. (Below
 * 1e-38, where float32 has fewer than six digits, it may show up to six.)
 */
export function shortestFloat32(value: number): number {
  const float = Math.fround(value);
  if (float >= 1e-4 && float < 1) return shortestFraction(float);
  if (Number.isInteger(float) && Math.abs(float) < 1e6) return float + 0;
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(float.toPrecision(digits));
    if (Math.fround(short) === float) return short;
  }
  // Nine digits tell any two float32 numbers apart.
  return Number(float.toPrecision(9));
}

/**
 * The same without a detour through text, which costs a microsecond, for the range of most
 * probabilities: there the product with a power of ten is exact, and the quotient the double that
 * the decimal digits stand for.
 */
function shortestFraction(float: number): number {
  const sixDigits = float >= 0.1 ? 6 : float >= 0.01 ? 7 : float >= 0.001 ? 8 : 9;
  for (let places = sixDigits; places < sixDigits + 3; places++) {
    const power = POWERS_OF_TEN[places]!;
    const short = Math.round(float * power) / power;
    if (Math.fround(short) === float) return short;
  }
  const power = POWERS_OF_TEN[sixDigits + 3]!;
  return Math.round(float * power) / power;
}
