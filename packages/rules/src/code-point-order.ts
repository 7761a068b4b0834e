/**
 * The order of PostgreSQL's `COLLATE "C"` in a UTF-8 database: by code point. JavaScript's `<` goes
 * by UTF-16 units instead and so puts U+1F600 before U+FF01.
 *
 * @returns negative, zero or positive
 */
export function codePointOrder(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Surrogates, which only stand for code points above U+FFFF, rank above all other units. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
