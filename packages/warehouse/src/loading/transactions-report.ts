import type { LineCounts } from './read-transactions.ts';
import type { Reject } from './text/reject-log.ts';

/** What an import of transactions did, accounting for every line; keys as they are printed in JSON. */
export interface TransactionsReport {
  relation: string;
  appended: boolean;
  /** The last day that counts; it moves on with the calendar unless it was fixed. */
  as_of: string;
  as_of_fixed: boolean;
  files: readonly string[];
  lines: LineCounts;
  /** `read` is the sum of loaded ones and of those whose every line was excluded. */
  customers: { read: number; loaded: number; excluded: number };
  first_transaction_at: string | null;
  last_transaction_at: string | null;
  /** Lines loaded that happened after the as-of day, and so do not count yet. */
  lines_after_as_of: number;
  /** What the relation holds now. */
  features: { customers: number; transactions: number };
  /** The first rejected lines. */
  rejects: readonly Reject[];
  warnings: readonly string[];
  duration_ms: number;
}

const SHOWN_REJECTS = 10;

/** The report for people, some lines of text. */
export function formatTransactionsReport(report: TransactionsReport): string {
  const { lines, customers, features } = report;
  const excluded = Object.entries(lines.excluded);
  const more = lines.rejected - SHOWN_REJECTS;
  return [
    `${report.appended ? 'Appended to' : 'Loaded'} ${report.relation} as of ${report.as_of}.`,
    `Lines      ${count(lines.read)} read: ${count(lines.loaded)} loaded, ` +
      `${count(sumOf(excluded))} excluded, ${count(lines.rejected)} rejected ` +
      `(besides ${count(lines.header)} of headers and ${count(lines.blank)} blank)`,
    ...excluded.map(([reason, number]) => `           ${count(number)} excluded: ${reason}`),
    ...report.rejects
      .slice(0, SHOWN_REJECTS)
      .map(({ file, line, reason }) => `           ${file}:${line} rejected: ${reason}`),
    ...(more > 0 ? [`           and ${count(more)} more rejected`] : []),
    `Customers  ${count(customers.read)} read: ${count(customers.loaded)} loaded, ` +
      `${count(customers.excluded)} with every line excluded`,
    `Time       ${report.first_transaction_at ?? '–'} to ${report.last_transaction_at ?? '–'}` +
      `, ${count(report.lines_after_as_of)} lines after ${report.as_of}`,
    `Features   ${count(features.customers)} customers with ` +
      `${count(features.transactions)} transactions`,
    ...report.warnings.map((warning) => `Warning    ${warning}`),
  ].join('\n');
}

function sumOf(entries: readonly (readonly [string, number])[]): number {
  return entries.reduce((sum, [, number]) => sum + number, 0);
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
