import { readFileSync } from 'node:fs';
import { AppError, trainRequestSchema, type TrainRequest } from '@segcast/contracts';
import { registerModelVersion, writeVersionFolder } from '@segcast/registry';
import { trainModel, type ModelGoal, type TrainedModel } from '@segcast/training';
import { openWarehouse } from '@segcast/warehouse';
import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';

import { createTrainProgress } from '../output/train-progress.ts';
import { renderTrained } from '../output/trained-table.ts';
import { withStore } from '../with-store.ts';
import { wholeNumber } from './parse-options.ts';

interface TrainOptions {
  model: 'network' | 'bgnbd';
  label?: string;
  positive?: string;
  cut?: string;
  horizon?: number;
  offersFile?: string;
  maxOffers?: number;
  inputs?: string[];
  exclude?: string[];
  hidden?: number[];
  epochs?: number;
  calibration?: 'platt' | 'isotonic';
  classWeights?: 'balanced' | 'none';
  maxRows?: number;
  seed?: number;
  out?: string;
  json: boolean;
}

const EXAMPLES = `
Examples:
  Who stops buying, learnt from the transactions loaded (cut and horizon are chosen):
    segcast train churn
  The same as of a day, for the 91 days after it:
    segcast train churn --cut 2011-09-09 --horizon 91d
  From a column that says who has left:
    segcast train churn --label churned
  What a customer buys next, by a CSV file with the columns product and offer:
    segcast train nbo --offers-file offers.csv`;

/** `segcast train churn | nbo`: a new version of a model, learnt from the warehouse. */
export function addTrainCommand(program: Command): void {
  program
    .command('train')
    .description('Learn a model from the warehouse, measure it, and register it as a new version')
    .addArgument(new Argument('<goal>', 'what to foretell').choices(['churn', 'nbo']))
    .addOption(
      new Option('--model <kind>', 'a network, or the formula BG/NBD fitted to purchases (churn)')
        .choices(['network', 'bgnbd'])
        .default('network'),
    )
    .option('--label <column>', 'a column that says what happened (default: transactions say it)')
    .option('--positive <text>', 'the text of the label that means that the customer left')
    .option('--cut <date>', 'last day whose purchases are features (default: a horizon ago)')
    .option('--horizon <days>', 'days after the cut, such as 90d (default: two usual gaps)', days)
    .option('--offers-file <file>', 'CSV with the columns product and offer (default: categories)')
    .option('--max-offers <n>', 'the most frequent ones, at most 64', wholeNumber(2))
    .option('--inputs <columns>', 'columns to learn from, with commas (default: all)', names)
    .option('--exclude <columns>', 'columns to leave out, with commas', names)
    .option('--hidden <units>', 'units of the hidden layers; "none" for none', layers)
    .option('--epochs <n>', 'at most so many; it stops early', wholeNumber(1))
    .addOption(
      new Option('--calibration <method>', 'default: platt').choices(['platt', 'isotonic']),
    )
    .addOption(
      new Option('--class-weights <how>', 'default: balanced for churn, none for offers').choices([
        'balanced',
        'none',
      ]),
    )
    .option('--max-rows <n>', 'customers at most, drawn by the seed', wholeNumber(1000))
    .option('-s, --seed <n>', 'the same seed and data give the same model', wholeNumber(0))
    .option('--out <folder>', 'also write the version with its card into a new folder')
    .option('--json', 'print the model card as JSON', false)
    .addHelpText('after', EXAMPLES)
    .action(train);
}

async function train(goal: ModelGoal, options: TrainOptions): Promise<void> {
  const request = requestOf(options);
  const trained = await withStore('segcast train', async (store, config, url) => {
    const { relation, statementTimeoutMs } = config.warehouse;
    const warehouse = openWarehouse({ url, relation, statementTimeoutMs, poolMax: 2 });
    try {
      const made = await trainWithProgress(() => warehouse, goal, request);
      await registerModelVersion(store, made.files, 'trained');
      return made;
    } finally {
      await warehouse.close();
    }
  });
  if (options.out !== undefined) await writeVersionFolder(options.out, trained.files);
  console.log(options.json ? JSON.stringify(trained.card) : renderTrained(trained.card));
}

async function trainWithProgress(
  warehouse: () => ReturnType<typeof openWarehouse>,
  goal: ModelGoal,
  request: TrainRequest,
): Promise<TrainedModel> {
  const progress = createTrainProgress(process.stderr);
  try {
    return await trainModel(warehouse(), goal, request, { onProgress: progress.show });
  } finally {
    progress.stop();
  }
}

function requestOf(options: TrainOptions): TrainRequest {
  const { model, horizon, offersFile, maxOffers, classWeights, maxRows, ...rest } = options;
  const parsed = trainRequestSchema.safeParse({
    ...{ method: model, label: rest.label, positive: rest.positive, cut: rest.cut },
    ...{ inputs: rest.inputs, exclude: rest.exclude, hidden: rest.hidden, epochs: rest.epochs },
    ...{ calibration: rest.calibration, seed: rest.seed, horizon_days: horizon },
    ...{ max_offers: maxOffers, class_weights: classWeights, max_rows: maxRows },
    ...(offersFile === undefined ? {} : { product_offers: readOffers(offersFile) }),
  });
  if (parsed.success) return parsed.data;
  throw new AppError('invalid_request', z.prettifyError(parsed.error));
}

function readOffers(file: string): Record<string, string> {
  let rows: unknown;
  try {
    rows = parse(readFileSync(file, 'utf8'), { columns: true, bom: true, trim: true });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('invalid_request', `The offers in ${file} cannot be read: ${reason}.`, {
      cause,
    });
  }
  const row = z.object({ product: z.string().min(1), offer: z.string().min(1) });
  const parsed = z.array(row).min(1).safeParse(rows);
  if (!parsed.success) {
    throw new AppError(
      'invalid_request',
      `${file} must be a CSV file with the columns product and offer, and a value in both.`,
    );
  }
  return Object.fromEntries(parsed.data.map(({ product, offer }) => [product, offer]));
}

function days(text: string): number {
  const found = /^([1-9]\d{0,3})d?$/.exec(text)?.[1];
  if (found === undefined) throw new InvalidArgumentError('Write it as 90d.');
  return Number(found);
}

function names(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function layers(text: string): number[] {
  if (text === 'none') return [];
  const units = text.split(',').map(Number);
  if (units.every((unit) => Number.isInteger(unit) && unit > 0)) return units;
  throw new InvalidArgumentError('Write it as 32,16.');
}
