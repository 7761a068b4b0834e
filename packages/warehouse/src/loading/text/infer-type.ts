import { createDateParser } from './parse-date.ts';

/** The types of PostgreSQL that a column of texts may turn out to have. */
export type InferredType =
  | 'boolean'
  | 'integer'
  | 'bigint'
  | 'double precision'
  | 'numeric'
  | 'date'
  | 'timestamptz'
  | 'text';

const BOOLEAN = /^(?:true|false|t|f|yes|no)$/i;
/** Without leading zeros, which belong to codes and not to numbers. */
const WHOLE = /^[+-]?(?:0|[1-9]\d*)$/;
const DECIMAL = /^[+-]?(?:0|[1-9]\d*|(?=\.))(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/;
const NOT_FINITE = /^(?:NaN|[+-]?(?:Infinity|inf))$/i;

const MAX_INT4 = 2_147_483_647;
/** A double keeps this many decimal digits. */
const DOUBLE_DIGITS = 15;
const MAX_INT8_DIGITS = 18;

const parseDate = createDateParser(undefined);

/** Finds the narrowest type that holds all texts of a column. */
export class TypeInference {
  #seen = false;
  #boolean = true;
  #whole = true;
  #decimal = true;
  #date = true;
  #time = true;
  #beyondInt4 = false;
  #beyondDouble = false;

  /** Takes one text, which is neither blank nor null. */
  add(text: string): void {
    this.#seen = true;
    this.#boolean &&= BOOLEAN.test(text);
    this.#whole &&= WHOLE.test(text) && digitsOf(text) <= MAX_INT8_DIGITS;
    this.#decimal &&= isDecimal(text);
    this.#time &&= text.includes('-') && parseDate(text) !== null;
    this.#date &&= this.#time && text.length === 10;
    if (!this.#decimal) return;
    this.#beyondInt4 ||= Math.abs(Number(text)) > MAX_INT4;
    this.#beyondDouble ||= digitsOf(text) > DOUBLE_DIGITS;
  }

  get type(): InferredType {
    if (!this.#seen) return 'text';
    if (this.#boolean) return 'boolean';
    if (this.#whole) return this.#beyondInt4 ? 'bigint' : 'integer';
    if (this.#decimal) return this.#beyondDouble ? 'numeric' : 'double precision';
    if (this.#date) return 'date';
    return this.#time ? 'timestamptz' : 'text';
  }
}

function isDecimal(text: string): boolean {
  if (NOT_FINITE.test(text)) return true;
  return DECIMAL.test(text) && Number.isFinite(Number(text));
}

/** Significant digits, those of an exponent aside. */
function digitsOf(text: string): number {
  return (/^[^eE]*/.exec(text)?.[0] ?? '').replace(/\D/g, '').replace(/^0+/, '').length;
}
