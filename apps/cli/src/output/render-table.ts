export interface TableColumn<Row> {
  title: string;
  /** Numbers are read best on the right. */
  align?: 'left' | 'right';
  value: (row: Row) => string;
}

/** Rows under their titles, aligned, two spaces apart; no trailing blanks. */
export function renderTable<Row>(
  columns: readonly TableColumn<Row>[],
  rows: readonly Row[],
): string {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => cellsOf(columns, row))];
  const widths = columns.map((_, c) => Math.max(...cells.map((line) => line[c]?.length ?? 0)));
  const lines = cells.map((line) =>
    line
      .map((cell, c) =>
        columns[c]?.align === 'right' ? cell.padStart(widths[c] ?? 0) : cell.padEnd(widths[c] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  const rule = '─'.repeat(Math.max(...lines.map(({ length }) => length)));
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

function cellsOf<Row>(columns: readonly TableColumn<Row>[], row: Row): string[] {
  return columns.map(({ value }) => value(row));
}
