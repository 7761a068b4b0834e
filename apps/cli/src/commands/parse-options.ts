import { InvalidArgumentError } from 'commander';

const HOUR_MS = 3_600_000;
const UNITS: Record<string, number> = { h: HOUR_MS, d: 24 * HOUR_MS, w: 168 * HOUR_MS };

/** A parser of whole numbers from `least` up, for options. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`It is a whole number, ${least} or more.`);
    }
    return value;
  };
}

/** A time to come: `2030-01-31`, with a time of day if wanted, or `12h`, `90d`, `8w` from now. */
export function futureTime(text: string): Date {
  const [, count, unit] = /^(\d{1,5})([hdw])$/.exec(text) ?? [];
  const isTime = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/.test(text);
  const time = new Date(isTime ? text : Date.now() + Number(count) * (UNITS[unit ?? ''] ?? NaN));
  if (time.getTime() > Date.now()) return time;
  throw new InvalidArgumentError('It is a time to come, such as 2030-01-31, 12h, 90d or 8w.');
}
