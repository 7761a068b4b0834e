import type { RunSummary } from '@segcast/contracts';

import { formatDuration, formatInteger } from './format-number.ts';
import { renderTable, type TableColumn } from './render-table.ts';

const NOTHING = '–';

/** Names of offers by their ids. */
export type OfferNames = ReadonlyMap<string, string>;

const columns = (offers: OfferNames): readonly TableColumn<RunSummary>[] => [
  { title: 'Segment', value: (run) => run.segment_name ?? NOTHING },
  { title: 'Status', value: (run) => run.status },
  { title: 'Customers', align: 'right', value: (run) => formatInteger(run.total_customers) },
  {
    title: 'High risk',
    align: 'right',
    value: ({ aggregated_stats: { churn } }) =>
      churn ? `${churn.high_percentage.toFixed(1)} %` : NOTHING,
  },
  {
    title: 'Mean churn',
    align: 'right',
    value: ({ aggregated_stats: { churn } }) => churn?.avg_probability?.toFixed(3) ?? NOTHING,
  },
  {
    title: 'Top offer',
    value: ({ aggregated_stats: { nbo } }) => nameOf(nbo?.top_offers[0]?.[0], offers),
  },
  {
    title: 'Top RFM segment',
    value: ({ aggregated_stats: { rfm } }) => rfm?.top_segments[0]?.[0] ?? NOTHING,
  },
  { title: 'Failed', align: 'right', value: (run) => formatInteger(run.failed) },
  {
    title: 'Time',
    align: 'right',
    value: (run) => (run.duration_ms === null ? NOTHING : formatDuration(run.duration_ms)),
  },
];

/** Runs with their main figures, and below them every warning once. */
export function renderRunTable(runs: readonly RunSummary[], offers: OfferNames): string {
  const warnings = new Set(runs.flatMap(({ warning }) => warning ?? []));
  const errors = runs.flatMap(({ segment_name, error }) =>
    error ? [`${segment_name ?? 'Run'} failed: ${error.detail}`] : [],
  );
  const notes = [...errors, ...warnings].map((note) => `\n! ${note}`);
  return renderTable(columns(offers), runs) + notes.join('');
}

function nameOf(offer: string | undefined, offers: OfferNames): string {
  return offer === undefined ? NOTHING : (offers.get(offer) ?? offer);
}
