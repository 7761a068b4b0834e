/** How a text file is laid out. Cells are trimmed; lines end in LF or CRLF; gzip is recognised. */
export type TextFormat = DelimitedFormat | WhitespaceFormat | FixedWidthFormat;

interface CommonFormat {
  /** Lines before the header, or before the first record, that say nothing. */
  skipLines?: number;
  /** A label of the Encoding Standard, as `windows-1252`; UTF-8 when left out. */
  encoding?: string;
}

/** Cells between delimiters, quoted where they need it (RFC 4180). */
interface DelimitedFormat extends CommonFormat {
  kind: 'delimited';
  /** One character; a comma when left out. */
  delimiter?: string;
  /** Whether the first line names the columns: yes when left out. Without names they are `1`, `2` … */
  header?: boolean;
}

/** Cells between blanks or tabs, however many. */
interface WhitespaceFormat extends CommonFormat {
  kind: 'whitespace';
  header?: boolean;
}

/** Cells at fixed places. */
interface FixedWidthFormat extends CommonFormat {
  kind: 'fixed';
  /** First and last character of each column, counted from 1. */
  columns: readonly { name: string; start: number; end: number }[];
}
