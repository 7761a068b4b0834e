const NEGATIVE = 0x4000;
const NAN = 0xc000;
const POSITIVE_INFINITY = 0xd000;
const NEGATIVE_INFINITY = 0xf000;

/** Powers of ten thousand up to 1e20: all exact doubles, the largest below 1e22. */
const POWERS = Float64Array.from({ length: 6 }, (_, i) => 10 ** (4 * i));
const SPLITTER = 2 ** 27 + 1;
const POWER_HIGH = POWERS.map((power) => highHalf(power));
const POWER_LOW = POWERS.map((power, i) => power - POWER_HIGH[i]!);
/** Far above the relative error of the quotient's correction, some 2 ** -51. */
const SLACK = 2 ** -48;
const EXACT_LIMIT = 2 ** 53;

/**
 * Reads a numeric in PostgreSQL's binary form (count of base-10,000 digits, weight of the first,
 * sign, scale, digits) as the nearest double, as its cast to float8 does; beyond the range of a
 * double it is ±Infinity or 0, where the cast fails.
 */
export function decodeNumeric(view: DataView, offset: number): number {
  const count = view.getInt16(offset);
  const sign = view.getUint16(offset + 4);
  if (sign > NEGATIVE) return special(sign);
  if (count === 0) return 0;
  // Digits behind the point: the last digit counts 10 ** (-4 * behind).
  const behind = count - 1 - view.getInt16(offset + 2);
  const digits = offset + 8;
  let magnitude = NaN;
  if (count <= 4 && behind >= -5 && behind <= 5) magnitude = fromFew(view, digits, count, behind);
  if (Number.isNaN(magnitude) && count >= 4 && count <= 6 && behind > 0 && behind <= 5) {
    magnitude = fromSome(view, digits, count, behind);
  }
  if (Number.isNaN(magnitude)) magnitude = fromMany(view, digits, count, behind);
  return sign === NEGATIVE ? -magnitude : magnitude;
}

function special(sign: number): number {
  if (sign === POSITIVE_INFINITY) return Infinity;
  if (sign === NEGATIVE_INFINITY) return -Infinity;
  if (sign === NAN) return NaN;
  throw new RangeError(`A numeric with the sign ${sign.toString(16)}`);
}

/** One correctly rounded operation on exact operands, or NaN where the digits exceed 2 ** 53. */
function fromFew(view: DataView, digits: number, count: number, behind: number): number {
  const mantissa = readDigits(view, digits, 0, count);
  if (mantissa >= EXACT_LIMIT) return NaN;
  return behind > 0 ? mantissa / POWERS[behind]! : mantissa * POWERS[-behind]!;
}

/**
 * Four to six base-10,000 digits, as averages have them: the quotient in double-double arithmetic
 * (Dekker 1971), accepted when its error cannot change the rounding (Ziv 1991), else NaN. A sixth
 * of the time of `fromMany`.
 */
function fromSome(view: DataView, digits: number, count: number, behind: number): number {
  const split = count - 3;
  const top = readDigits(view, digits, 0, split);
  const rest = readDigits(view, digits, split, count);
  // The digits as an integer: high + low, exactly.
  const product = top * 1e12;
  const sum = product + rest;
  const back = sum - product;
  const lost = productError(top, 3, product) + (product - (sum - back)) + (rest - back);
  const high = sum + lost;
  const low = lost - (high - sum);
  const divisor = POWERS[behind]!;
  const quotient = high / divisor;
  const multiple = quotient * divisor;
  const remainder = high - multiple - productError(quotient, behind, multiple);
  const correction = (remainder + low) / divisor;
  const above = quotient + correction * (1 + SLACK);
  return above === quotient + correction * (1 - SLACK) ? above : NaN;
}

function fromMany(view: DataView, digits: number, count: number, behind: number): number {
  let text = '';
  for (let i = 0; i < count; i++) {
    text += String(view.getInt16(digits + 2 * i)).padStart(4, '0');
  }
  return Number(`${text}e${-4 * behind}`);
}

function readDigits(view: DataView, digits: number, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) value = value * 10_000 + view.getInt16(digits + 2 * i);
  return value;
}

/** What `product`, the rounded product of `factor` and a power, lacks of the true one; exact. */
function productError(factor: number, power: number, product: number): number {
  const high = highHalf(factor);
  const low = factor - high;
  const powerHigh = POWER_HIGH[power]!;
  const powerLow = POWER_LOW[power]!;
  return high * powerHigh - product + high * powerLow + low * powerHigh + low * powerLow;
}

/** The upper 26 bits of a double (Veltkamp's splitting). */
function highHalf(value: number): number {
  const scaled = SPLITTER * value;
  return scaled - (scaled - value);
}
