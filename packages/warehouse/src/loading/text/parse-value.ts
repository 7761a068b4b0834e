/** A decimal number, perhaps with an exponent; a fraction, an integer or an empty fraction. */
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$/;
const WHOLE = /^[+-]?\d+(?:\.0*)?$/;

/** Amounts and numbers beyond this are a mistake, and would not stay exact to the hundredth. */
const MAX_DECIMAL = 1e15;
const MAX_INT4 = 2_147_483_647;

/** PostgreSQL cannot store NUL, and U+FFFD is what the decoder makes of bytes that are no text. */
const NOT_TEXT = /[\0\uFFFD]/;

/** Characters of an id: a longer one would not fit into an index entry, nor is it one. */
export const MAX_ID_LENGTH = 255;

/** The number as PostgreSQL reads it, or null when it is none or not credible. */
export function parseDecimal(text: string, decimalComma: boolean): string | null {
  const number = decimalComma ? text.replace(',', '.') : text;
  return DECIMAL.test(number) && Math.abs(Number(number)) < MAX_DECIMAL ? number : null;
}

/** The whole number as PostgreSQL's int4, or null; `40.0` is whole. */
export function parseWhole(text: string): string | null {
  const number = Number(text);
  return WHOLE.test(text) && Math.abs(number) <= MAX_INT4 ? String(number) : null;
}

/** `t` or `f` for the usual words, or null for any other. */
export function parseBoolean(text: string): string | null {
  if (/^(?:t|true|y|yes|1)$/i.test(text)) return 't';
  return /^(?:f|false|n|no|0)$/i.test(text) ? 'f' : null;
}

/** Whether PostgreSQL can hold it and its bytes were text. */
export function isText(text: string): boolean {
  return !NOT_TEXT.test(text);
}
