/** What a spreadsheet would run as a formula (OWASP, "CSV Injection"). */
const FORMULA = /^[=+\-@\t\r]/;
const SPECIAL = /[",\r\n]/;

/** A text as a field of CSV (RFC 4180): quoted where it must be, else as it is. */
export function csvText(text: string): string {
  return SPECIAL.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The same for a spreadsheet: what it would take for a formula begins with an apostrophe. */
export function csvTextForSpreadsheet(text: string): string {
  return csvText(FORMULA.test(text) ? `'${text}` : text);
}
