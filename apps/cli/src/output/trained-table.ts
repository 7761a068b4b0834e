import { comparisons, customersOf, type ModelCard } from '@segcast/training';

import { formatDuration, formatInteger } from './format-number.ts';
import { renderTable, type TableColumn } from './render-table.ts';

type Row = ReturnType<typeof comparisons>[number];

const FIGURES = [
  ['AUC', 'auc'],
  ['PR-AUC', 'pr_auc'],
  ['Top-1', 'top_1'],
  ['Top-3', 'top_3'],
  ['Log-loss', 'log_loss'],
  ['Brier', 'brier'],
  ['Lift 10 %', 'lift_10'],
] as const;

/** What a training has come to, for people. */
export function renderTrained(card: ModelCard): string {
  const { name, version, training, evaluation, notes } = card;
  const { metrics } = evaluation;
  const columns: TableColumn<Row>[] = [
    { title: 'On the test customers', value: ([label]) => label },
    ...FIGURES.filter(([, key]) => metrics[key] !== undefined).map(
      ([title, key]): TableColumn<Row> => ({
        title,
        align: 'right',
        value: ([, scores]) => scores[key]?.toFixed(3) ?? '–',
      }),
    ),
  ];
  return [
    `Trained ${name} ${version}: ${metrics.grade}.`,
    `Learnt from ${formatInteger(customersOf(training))} customers of ${training.relation} in ${formatDuration(training.duration_ms)}: ${training.label}.`,
    '',
    renderTable(columns, comparisons(metrics)),
    '',
    ...(metrics.observed_rate === undefined || metrics.mean_predicted === undefined
      ? []
      : [
          `Of the ${formatInteger(metrics.test_rows)} test customers ${percent(metrics.observed_rate)} left; the model expects ${percent(metrics.mean_predicted)}.`,
        ]),
    ...notes.map((note) => `! ${note}`),
    `Take it into use with: segcast models activate ${name} ${version}`,
  ].join('\n');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
