/**
 * Halfway to the smallest double, 2⁻¹⁰⁷⁵: what lies within rounds to zero. The exact value has 1,075
 * decimals; this is the next above it with 19 digits, so that `> 0` stays readable. Only numerics
 * with 342 decimals and more can tell the two apart.
 */
export const UNDERFLOW_BOUND = '2.470328229206232721e-324';

/**
 * 2¹⁰²⁴ - 2⁹⁷⁰, cut to 19 digits: what lies beyond is no finite double. Only numerics with more
 * digits than these can lie between the two.
 */
export const OVERFLOW_BOUND = '1.797693134862315807e+308';

/** Where the numbers that round to a double end. */
export interface RoundingBound {
  /** Exact, as a decimal. */
  decimal: string;
  /** Whether the bound itself rounds up, to the double above. */
  roundsUp: boolean;
}

const bits = new DataView(new ArrayBuffer(8));

/**
 * The midpoint between a double and the next one above: a numeric below it rounds to `value` or
 * less, a numeric above it to more. The midpoint itself goes to the neighbour with an even
 * significand (IEEE 754-2019, 4.3.1), as PostgreSQL's and JavaScript's conversions have it.
 *
 * @param value finite
 */
export function upperRoundingBound(value: number): RoundingBound {
  if (value === 0) return { decimal: UNDERFLOW_BOUND, roundsUp: false };
  const own = bitsOf(value);
  const above = value > 0 ? own + 1n : own - 1n;
  const decimal = above === SIGN ? `-${UNDERFLOW_BOUND}` : halfOfSum(own, above);
  return { decimal, roundsUp: own % 2n !== 0n };
}

/** The midpoint between a double and the next one below; `roundsUp` when it rounds to `value`. */
export function lowerRoundingBound(value: number): RoundingBound {
  const { decimal, roundsUp } = upperRoundingBound(-value);
  const negated = decimal.startsWith('-') ? decimal.slice(1) : `-${decimal}`;
  return { decimal: negated, roundsUp: !roundsUp };
}

const SIGN = 1n << 63n;

function bitsOf(value: number): bigint {
  bits.setFloat64(0, value);
  return bits.getBigUint64(0);
}

/** Half of the sum of two doubles given by their bits, of the same sign, as an exact decimal. */
function halfOfSum(a: bigint, b: bigint): string {
  const [first, second] = [decode(a), decode(b)];
  const exponent = Math.min(first.exponent, second.exponent);
  const sum =
    (first.significand << BigInt(first.exponent - exponent)) +
    (second.significand << BigInt(second.exponent - exponent));
  const sign = a >= SIGN ? '-' : '';
  return sign + decimalOf(sum, exponent - 1);
}

/** A double is its significand times two to the exponent; infinity decodes to 2¹⁰²⁴. */
function decode(double: bigint): { significand: bigint; exponent: number } {
  const biased = Number((double >> 52n) & 0x7ffn);
  const fraction = double & ((1n << 52n) - 1n);
  return biased === 0
    ? { significand: fraction, exponent: -1074 }
    : { significand: fraction + (1n << 52n), exponent: biased - 1075 };
}

function decimalOf(significand: bigint, exponent: number): string {
  if (exponent >= 0) return String(significand << BigInt(exponent));
  const decimals = -exponent;
  const digits = String(significand * 5n ** BigInt(decimals)).padStart(decimals + 1, '0');
  const fraction = digits.slice(-decimals).replace(/0+$/, '');
  const whole = digits.slice(0, -decimals);
  return fraction === '' ? whole : `${whole}.${fraction}`;
}
