import { renderTable } from '../../apps/cli/src/output/render-table.ts';
import type { Findings, Table } from './findings.ts';

/** What a bench has found, for a terminal. */
export function printFindings({ title, pledges, tables }: Findings): string {
  const kept = pledges.map(
    ({ text, found, kept }) => `${kept ? '✓' : '✗'} ${text}: ${found}${kept ? '' : ' (missed)'}`,
  );
  return [`\n${title}`, ...kept, ...tables.map(printTable)].join('\n');
}

function printTable({ title, columns, rows }: Table): string {
  const table = renderTable(
    columns.map((name, index) => ({
      title: name,
      align: index === 0 ? ('left' as const) : ('right' as const),
      value: (row: string[]) => row[index] ?? '',
    })),
    rows,
  );
  return `\n${title}\n${table}`;
}
