import type { ModelInput, ModelMetrics, ModelScores, TrainingFacts } from '@segcast/scoring';
import type { ChurnEvaluation } from '../evaluate/measure-churn.ts';
import { AUC_GRADES, SKILL_GRADES } from '../evaluate/grade.ts';
import type { OfferEvaluation } from '../train-nbo.ts';
import { barPlot, calibrationPlot } from './plots.ts';

/** Everything that is known of a version, as `card.json` has it. */
export interface ModelCard {
  name: 'churn' | 'nbo';
  version: string;
  kind: 'churn' | 'nbo' | 'bgnbd';
  training: TrainingFacts;
  inputs: readonly Pick<ModelInput, 'name' | 'transform' | 'null_indicator' | 'categories'>[];
  evaluation: ChurnEvaluation | OfferEvaluation;
  /** BG/NBD: what was fitted, and purchases to expect of a customer within the horizon. */
  parameters?: Record<string, number>;
  notes: readonly string[];
}

/** The card as the files that lie beside a model. */
export function cardFiles(card: ModelCard): Map<string, Buffer> {
  const { evaluation } = card;
  const main = evaluation.kind === 'churn' ? 'auc' : 'top_1';
  const bars = comparisons(evaluation.metrics)
    .filter(([, scores]) => scores[main] !== undefined)
    .map(([label, scores]) => ({ label, value: scores[main]! }));
  const files: [string, string][] = [
    ['card.json', `${JSON.stringify(card, null, 2)}\n`],
    ['card.md', toMarkdown(card)],
    ['comparison.svg', barPlot(TITLES[main], bars)],
  ];
  if (evaluation.kind === 'churn')
    files.push(['calibration.svg', calibrationPlot(evaluation.curve)]);
  return new Map(files.map(([name, content]) => [name, Buffer.from(content)]));
}

const TITLES = {
  auc: 'AUC',
  pr_auc: 'PR-AUC',
  log_loss: 'Log-loss',
  brier: 'Brier',
  lift_10: 'Lift at 10 %',
  top_1: 'Top-1',
  top_3: 'Top-3',
} as const satisfies Record<keyof ModelScores, string>;

/** The model and what it is compared with, the model first. */
export function comparisons(metrics: ModelMetrics): [string, ModelScores][] {
  const { baselines } = metrics;
  const rows: [string, ModelScores | undefined][] = [
    ['this model', metrics],
    ['logistic regression', baselines.logistic_regression],
    ['recency alone', baselines.recency],
    ['most bought', baselines.most_bought],
    ['majority', baselines.majority],
  ];
  return rows.flatMap(([label, scores]) =>
    scores ? [[label, scores] as [string, ModelScores]] : [],
  );
}

/** The figures of every row as a table of Markdown. */
export function scoresTable(metrics: ModelMetrics): string {
  const keys = (Object.keys(TITLES) as (keyof ModelScores)[]).filter(
    (key) => metrics[key] !== undefined,
  );
  return table(
    ['', ...keys.map((key) => TITLES[key])],
    comparisons(metrics).map(([label, scores]) => [
      label,
      ...keys.map((key) => scores[key]?.toFixed(3) ?? '–'),
    ]),
  );
}

function toMarkdown(card: ModelCard): string {
  const { training, evaluation } = card;
  const { metrics } = evaluation;
  const parts = [
    `# ${card.name} ${card.version}: ${metrics.grade}`,
    `Learnt from ${customersOf(training)} customers of ${training.relation}: ${training.label}. ${rowsWord(card)}`,
    scoresTable(metrics),
    '![Compared with simpler means](comparison.svg)',
    ...(evaluation.kind === 'churn' ? churnParts(evaluation) : offerParts(evaluation)),
    ...(card.parameters ? [`## Parameters`, parameterTable(card.parameters)] : []),
    ...(card.kind === 'bgnbd' ? [BGNBD_WORD] : []),
    `## Inputs`,
    card.inputs.map((input) => `- ${describeInput(input)}`).join('\n'),
    ...(card.notes.length > 0 ? ['## Notes', card.notes.map((n) => `- ${n}`).join('\n')] : []),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** All that were read, in whatever part. */
export function customersOf({ rows: { train, validation, test } }: TrainingFacts): number {
  return train + validation + test;
}

function rowsWord({ kind, training }: ModelCard): string {
  const { train, validation, test } = training.rows;
  return kind === 'bgnbd'
    ? `The parameters are those of all their purchases up to the cut; what ${test} of them did after it is measured below.`
    : `${train} were trained on, ${validation} chose the epoch, and the ${test} below were seen by neither; nor by the calibration.`;
}

const BGNBD_WORD =
  'The churn probability is that of no purchase within the horizon: of having dropped out, or of not happening to buy; calibrated on what customers did, the test customers left out. By this model one drops out only after a repeat purchase, so whoever has bought once counts as alive, and mostly buys seldom.';

function churnParts({ metrics, curve, confusion }: ChurnEvaluation): string[] {
  return [
    `Grade by AUC: Poor below ${AUC_GRADES[0]}, Fair below ${AUC_GRADES[1]}, Good below ${AUC_GRADES[2]}, Very good below ${AUC_GRADES[3]}, then Excellent.`,
    `## Calibration`,
    `Of the test customers ${percent(metrics.observed_rate!)} left; the model expects ${percent(metrics.mean_predicted!)}.`,
    '![Observed share by mean probability](calibration.svg)',
    table(
      ['Tenth', 'Customers', 'Expected', 'Observed'],
      curve.map((bin, index) => [
        String(index + 1),
        String(bin.count),
        percent(bin.predicted),
        percent(bin.observed),
      ]),
    ),
    `## Above a threshold`,
    table(
      ['Threshold', 'Rightly', 'Wrongly', 'Missed', 'Precision', 'Recall'],
      confusion.map((c) => [
        String(c.threshold),
        String(c.true_positives),
        String(c.false_positives),
        String(c.false_negatives),
        c.precision === null ? '–' : percent(c.precision),
        c.recall === null ? '–' : percent(c.recall),
      ]),
    ),
  ];
}

function offerParts({ offers }: OfferEvaluation): string[] {
  return [
    `Grade by how much of what the majority gets wrong the first offer gets right: Poor below ${SKILL_GRADES[0]}, Fair below ${SKILL_GRADES[1]}, Good below ${SKILL_GRADES[2]}, Very good below ${SKILL_GRADES[3]}, then Excellent.`,
    `## Offers`,
    table(
      ['Offer', 'Category', 'Customers', 'Share'],
      offers.map((o) => [o.offer_id, o.category, String(o.customers), percent(o.share)]),
    ),
  ];
}

function describeInput({
  name,
  transform,
  null_indicator,
  categories,
}: ModelCard['inputs'][number]) {
  const how = [
    ...(transform ? ['by its logarithm'] : []),
    ...(categories ? [`one of ${categories.join(', ')}`] : []),
    ...(null_indicator ? ['told when missing'] : []),
  ];
  return how.length === 0 ? name : `${name} (${how.join('; ')})`;
}

function parameterTable(parameters: Record<string, number>): string {
  return table(
    ['Parameter', 'Value'],
    Object.entries(parameters).map(([name, value]) => [name, value.toPrecision(5)]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
