import { AppError } from '@segcast/contracts';

/** Reads a date or time: as PostgreSQL's timestamptz in UTC, or null when it is none. */
export type DateParser = (text: string) => string | null;

const COMPACT = /^(?<Y>\d{4})(?<M>\d{2})(?<D>\d{2})$/;
const ISO =
  /^(?<Y>\d{4})-(?<M>\d{2})-(?<D>\d{2})(?:[T ](?<h>\d{2}):(?<m>\d{2})(?::(?<s>\d{2})(?<f>\.\d{1,9})?)?\s?(?<z>Z|[+-]\d{2}(?::?\d{2})?)?)?$/;

/** What the letters of a format stand for; one letter fewer may be missing in the text (`1/2/2011`). */
const TOKENS: Readonly<Record<string, string>> = {
  YYYY: String.raw`(?<Y>\d{4})`,
  YY: String.raw`(?<y>\d{2})`,
  MM: String.raw`(?<M>\d{1,2})`,
  DD: String.raw`(?<D>\d{1,2})`,
  HH: String.raw`(?<h>\d{1,2})`,
  mm: String.raw`(?<m>\d{1,2})`,
  ss: String.raw`(?<s>\d{1,2})`,
};

/**
 * Makes a parser of dates and times, which are in UTC where they name no offset.
 *
 * @param format of YYYY or YY, MM, DD, HH, mm, ss and what stands between them, as
 * `DD/MM/YYYY HH:mm` (the time may be missing); without it dates are YYYYMMDD or ISO 8601.
 * @throws AppError `import_failed` for a format without year, month and day.
 */
export function createDateParser(format: string | undefined): DateParser {
  if (format === undefined) {
    return (text) => {
      const match = COMPACT.exec(text) ?? ISO.exec(text);
      return match === null ? null : timestampOf(match.groups!);
    };
  }
  const pattern = patternOf(format);
  return (text) => {
    const match = pattern.exec(text);
    return match === null ? null : timestampOf(match.groups!);
  };
}

function patternOf(format: string): RegExp {
  const [day = '', ...time] = format.split(/(?=[ T]HH)/);
  const source = sourceOf(day) + time.map((part) => `(?:${sourceOf(part)})?`).join('');
  if (!/<[Yy]>/.test(source) || !source.includes('<M>') || !source.includes('<D>')) {
    throw new AppError(
      'import_failed',
      `"${format}" is not a date format. Write it as DD/MM/YYYY or YYYY-MM-DD HH:mm:ss.`,
    );
  }
  try {
    return new RegExp(`^${source}$`);
  } catch (error) {
    const message = `The date format "${format}" names a part twice.`;
    throw new AppError('import_failed', message, { cause: error });
  }
}

function sourceOf(format: string): string {
  return format
    .split(/(YYYY|YY|MM|DD|HH|mm|ss)/)
    .map((part) => TOKENS[part] ?? part.replace(/[^\w\s]/g, String.raw`\$&`))
    .join('');
}

function timestampOf(parts: Record<string, string | undefined>): string | null {
  // Two digits are a year from 1970 to 2069, as in POSIX.
  const year = parts.Y ?? (Number(parts.y) < 70 ? `20${parts.y!}` : `19${parts.y!}`);
  const [month, day] = [twoDigits(parts.M), twoDigits(parts.D)];
  const [hour, minute, second] = [twoDigits(parts.h), twoDigits(parts.m), twoDigits(parts.s)];
  if (!isDay(Number(year), Number(month), Number(day))) return null;
  if (hour > '23' || minute > '59' || second > '59') return null;
  const offset = offsetOf(parts.z);
  if (offset === null) return null;
  return `${year}-${month}-${day} ${hour}:${minute}:${second}${parts.f ?? ''}${offset}`;
}

function twoDigits(part = '0'): string {
  return part.length === 1 ? `0${part}` : part;
}

function isDay(year: number, month: number, day: number): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  return day <= days;
}

/** No place on earth is more than 14 hours from UTC. */
function offsetOf(zone = 'Z'): string | null {
  if (zone === 'Z') return '+00';
  const hours = zone.slice(1, 3);
  const minutes = zone.length > 3 ? zone.slice(-2) : '00';
  return hours > '14' || minutes > '59' ? null : `${zone.slice(0, 3)}:${minutes}`;
}
