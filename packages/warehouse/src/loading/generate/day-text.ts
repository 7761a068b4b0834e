const DAY_MS = 86_400_000;

/** Days written before: a century has some 36,500, and generated customers need no others. */
const written = new Map<number, string>();

/** A day given in days since 1970-01-01, as `YYYY-MM-DD`. */
export function dayText(day: number): string {
  let text = written.get(day);
  if (text === undefined) {
    text = new Date(day * DAY_MS).toISOString().slice(0, 10);
    written.set(day, text);
  }
  return text;
}
