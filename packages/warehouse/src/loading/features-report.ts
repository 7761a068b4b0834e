import type { FeatureLineCounts } from './read-features.ts';
import type { InferredType } from './text/infer-type.ts';
import type { Reject } from './text/reject-log.ts';

/** What an import of a feature table did; keys as they are printed in JSON. */
export interface FeaturesReport {
  relation: string;
  file: string;
  customers: number;
  lines: FeatureLineCounts;
  /** The columns in the order of the file: their name there, their new name, type and nulls. */
  columns: readonly { source: string; name: string; type: InferredType; nulls: number }[];
  /** The first rejected lines. */
  rejects: readonly Reject[];
  duration_ms: number;
}

const SHOWN_REJECTS = 10;

/** The report for people, some lines of text. */
export function formatFeaturesReport(report: FeaturesReport): string {
  const { lines, columns } = report;
  const width = Math.max(...columns.map(({ name }) => name.length));
  const more = lines.rejected - SHOWN_REJECTS;
  return [
    `Loaded ${count(report.customers)} customers into ${report.relation}.`,
    `Lines      ${count(lines.read)} read: ${count(lines.loaded)} loaded, ` +
      `${count(lines.rejected)} rejected (besides ${count(lines.header)} of headers and ` +
      `${count(lines.blank)} blank)`,
    ...report.rejects
      .slice(0, SHOWN_REJECTS)
      .map(({ file, line, reason }) => `           ${file}:${line} rejected: ${reason}`),
    ...(more > 0 ? [`           and ${count(more)} more rejected`] : []),
    ...columns.map(({ source, name, type, nulls }, index) => {
      const label = index === 0 ? 'Columns    ' : '           ';
      const origin = source === name ? '' : ` from ${source}`;
      const unknown = nulls === 0 ? '' : `, ${count(nulls)} null`;
      return `${label}${name.padEnd(width)}  ${type}${unknown}${origin}`;
    }),
  ].join('\n');
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
