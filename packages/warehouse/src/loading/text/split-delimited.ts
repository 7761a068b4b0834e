const QUOTE = '"';

/** The cells of a record; or a fault; or that a quoted cell goes on in the next line. */
export type SplitRecord = { cells: string[] } | { fault: string } | 'continues';

/**
 * Splits one record of delimited text. A quote opens a quoted cell only at the beginning of a cell,
 * so that `5" nails` is an ordinary one.
 */
export function splitDelimited(text: string, delimiter: string): SplitRecord {
  if (!text.includes(QUOTE)) return { cells: text.split(delimiter).map((cell) => cell.trim()) };
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    const start = skipBlanks(text, at, delimiter);
    if (text[start] === QUOTE) {
      const close = closingQuote(text, start + 1);
      if (close === -1) return 'continues';
      cells.push(
        text
          .slice(start + 1, close)
          .replaceAll('""', QUOTE)
          .trim(),
      );
      at = skipBlanks(text, close + 1, delimiter);
      if (at < text.length && !text.startsWith(delimiter, at)) {
        return { fault: `there is text after the closing quote of cell ${cells.length}` };
      }
    } else {
      const end = text.indexOf(delimiter, start);
      at = end === -1 ? text.length : end;
      cells.push(text.slice(start, at).trim());
    }
    if (at >= text.length) return { cells };
    at += delimiter.length;
  }
}

function skipBlanks(text: string, from: number, delimiter: string): number {
  let at = from;
  while ((text[at] === ' ' || text[at] === '\t') && text[at] !== delimiter) at++;
  return at;
}

function closingQuote(text: string, from: number): number {
  let at = text.indexOf(QUOTE, from);
  while (at !== -1 && text[at + 1] === QUOTE) at = text.indexOf(QUOTE, at + 2);
  return at;
}
