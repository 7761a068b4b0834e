const POSTGRES_TIME = /^(\d{4,})-(\d\d)-(\d\d)(?: (\d\d:\d\d:\d\d(?:\.\d+)?)(?:\+00)?)?( BC)?$/;

/**
 * PostgreSQL's date or time (DateStyle ISO, in UTC) as ISO 8601: `2024-05-31` or
 * `2024-05-31T18:30:00.123456Z`, with an expanded, signed year outside 0000 to 9999. `infinity` and
 * `-infinity` stay as they are.
 */
export function isoTime(text: string): string {
  const match = POSTGRES_TIME.exec(text);
  if (!match) return text;
  const [, digits = '', month = '', day = '', time, before] = match;
  // ISO 8601 counts the year before the year 1 as 0.
  const year = before === undefined ? Number(digits) : 1 - Number(digits);
  const date = `${yearText(year)}-${month}-${day}`;
  return time === undefined ? date : `${date}T${time}Z`;
}

function yearText(year: number): string {
  if (year >= 0 && year <= 9999) return String(year).padStart(4, '0');
  return `${year < 0 ? '-' : '+'}${String(Math.abs(year)).padStart(6, '0')}`;
}
