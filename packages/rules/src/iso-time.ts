import { daysInMonth, daysSinceEpoch } from './calendar.ts';

const FORM =
  /^(\d{4}|[+-]\d{6,7})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/;

const MICROS_PER_SECOND = 1_000_000n;
export const MICROS_PER_DAY = 86_400n * MICROS_PER_SECOND;

/** Microseconds since 1970-01-01T00:00Z, or what is wrong with the text. */
export type ParsedTime = { micros: bigint } | { fault: string };

/**
 * Reads ISO 8601 in the forms `2024-05-31`, `2024-05-31T18:30`, `…:15` and `…:15.123456`, each with
 * `Z`, `+02:00`, `+0200` or `+02` behind a time of day, and a space allowed for the T. Without an
 * offset it is UTC, without a time of day midnight. A year has four digits, or six and a sign.
 */
export function parseIsoTime(text: string): ParsedTime {
  const match = FORM.exec(text);
  if (!match) return { fault: 'write 2024-05-31, 2024-05-31T18:30:00 or 2024-05-31T18:30:00Z' };
  const [, years, months, days, hours = '0', minutes = '0', seconds = '0', decimals = ''] = match;
  const [year, month, day] = [Number(years), Number(months), Number(days)];
  const [hour, minute, second] = [Number(hours), Number(minutes), Number(seconds)];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) {
    return { fault: 'the calendar has no such day' };
  }
  if (hour > 23 || minute > 59 || second > 59) {
    return { fault: 'a time of day goes from 00:00:00 to 23:59:59' };
  }
  if (decimals.length > 6) return { fault: 'a second has at most six decimals' };
  const offset = offsetMinutes(match[8]);
  if (offset === undefined) return { fault: 'an offset goes from -15:59 to +15:59' };
  const secondsOfDay = (hour * 60 + minute - offset) * 60 + second;
  return {
    micros:
      BigInt(daysSinceEpoch(year, month, day)) * MICROS_PER_DAY +
      BigInt(secondsOfDay) * MICROS_PER_SECOND +
      BigInt(decimals.padEnd(6, '0')),
  };
}

/** Minutes ahead of UTC; undefined beyond what PostgreSQL knows. */
function offsetMinutes(offset = 'Z'): number | undefined {
  if (offset === 'Z') return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(3).replace(':', ''));
  if (hours > 15 || minutes > 59) return undefined;
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

const YEAR_1 = BigInt(daysSinceEpoch(1, 1, 1)) * MICROS_PER_DAY;
const YEAR_10000 = BigInt(daysSinceEpoch(10_000, 1, 1)) * MICROS_PER_DAY;

/** Whether `formatIsoTime` can write the instant: the years 0001 to 9999 of UTC. */
export function hasFourDigitYear(micros: bigint): boolean {
  return micros >= YEAR_1 && micros < YEAR_10000;
}

/** In UTC, without saying so: `2024-05-31T18:30:00`, or `….123456` where the second has decimals. */
export function formatIsoTime(micros: bigint): string {
  const decimals = modulo(micros, MICROS_PER_SECOND);
  const wholeMillis = Number((micros - decimals) / 1_000n);
  const text = new Date(wholeMillis).toISOString().slice(0, 'YYYY-MM-DDTHH:MM:SS'.length);
  return decimals === 0n ? text : `${text}.${String(decimals).padStart(6, '0')}`;
}

/** The remainder of a division that rounds down: never negative. */
export function modulo(value: bigint, divisor: bigint): bigint {
  return ((value % divisor) + divisor) % divisor;
}
