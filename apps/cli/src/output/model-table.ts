import type { ModelComparison, ModelDetail, ModelSummary, ModelVersion } from '@segcast/contracts';

import { renderTable, type TableColumn } from './render-table.ts';

const SCORES = [
  ['auc', 'AUC'],
  ['pr_auc', 'PR-AUC'],
  ['log_loss', 'Log-loss'],
  ['brier', 'Brier'],
  ['lift_10', 'Lift at 10%'],
  ['top_1', 'Top-1'],
  ['top_3', 'Top-3'],
] as const;

type Scores = ModelComparison['differences'];

const SUMMARY: readonly TableColumn<ModelSummary>[] = [
  { title: 'Model', value: ({ name }) => name },
  { title: 'In use', value: ({ active_version }) => active_version },
  { title: 'Placeholder', value: ({ placeholder }) => (placeholder ? 'yes' : 'no') },
  { title: 'Grade', value: ({ metrics }) => metrics?.grade ?? '–' },
  { title: 'Versions', align: 'right', value: ({ versions }) => String(versions) },
];

const VERSIONS: readonly TableColumn<ModelVersion>[] = [
  { title: '', value: ({ active }) => (active ? '▸' : '') },
  { title: 'Version', value: ({ version }) => version },
  { title: 'Source', value: ({ source }) => source },
  {
    title: 'Registered',
    value: ({ registered_at }) => registered_at.slice(0, 16).replace('T', ' '),
  },
  { title: 'Figures on held-out customers', value: describeFigures },
];

export function renderModels(models: readonly ModelSummary[]): string {
  return renderTable(SUMMARY, models) + placeholderNote(models);
}

export function renderModel(model: ModelDetail): string {
  const facts = [`${model.name}: ${model.active_version} is in use.`];
  if (model.warning !== null) facts.push(`! ${model.warning}`);
  return `${facts.join('\n')}\n\n${renderTable(VERSIONS, model.versions)}`;
}

export function renderComparison({ name, a, b, differences, ...rest }: ModelComparison): string {
  const rows = SCORES.filter(([score]) => valueOf(a.metrics, score) ?? valueOf(b.metrics, score));
  const table = renderTable(
    [
      { title: name, value: ([, title]) => title },
      { title: a.version, align: 'right', value: ([score]) => show(valueOf(a.metrics, score)) },
      { title: b.version, align: 'right', value: ([score]) => show(valueOf(b.metrics, score)) },
      { title: 'Difference', align: 'right', value: ([score]) => signed(differences[score]) },
    ],
    rows,
  );
  const inputs = [
    [a.version, rest.inputs_only_in_a],
    [b.version, rest.inputs_only_in_b],
  ] as const;
  const only = inputs.flatMap(([version, columns]) =>
    columns.length === 0 ? [] : [`Only ${version} reads ${columns.join(', ')}.`],
  );
  const verdict =
    rest.objection === null
      ? `${a.version} may take the place of ${b.version}.`
      : `! ${rest.objection}`;
  const figures = rows.length === 0 ? ['Neither has figures on held-out customers.'] : [table];
  return [...figures, '', ...only, verdict].join('\n');
}

function describeFigures({ metrics, rfm }: ModelVersion): string {
  if (rfm !== null) {
    return `days ${rfm.recency.join('/')}, count ${rfm.frequency.join('/')}, amount ${rfm.monetary.join('/')}`;
  }
  if (metrics === null) return '–';
  const scores = SCORES.flatMap(([score, title]) =>
    metrics[score] === undefined ? [] : [`${title} ${show(metrics[score])}`],
  );
  return [metrics.grade, ...scores.slice(0, 3)].join(', ');
}

function valueOf(metrics: ModelVersion['metrics'], score: keyof Scores): number | undefined {
  return metrics?.[score];
}

function show(figure: number | undefined): string {
  return figure === undefined ? '–' : figure.toFixed(3);
}

function signed(difference: number | undefined): string {
  if (difference === undefined) return '–';
  return `${difference < 0 ? '−' : '+'}${Math.abs(difference).toFixed(3)}`;
}

function placeholderNote(models: readonly ModelSummary[]): string {
  return models.some(({ placeholder }) => placeholder)
    ? '\n\n! Placeholder models know nothing of your customers: their scores mean nothing.'
    : '';
}
