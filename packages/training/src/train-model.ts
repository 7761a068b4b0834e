import { randomBytes } from 'node:crypto';
import type { TrainRequest } from '@segcast/contracts';
import {
  historyOfRow,
  plainPredict,
  probabilityOfNone,
  standardizeRows,
  versionFiles,
  type TrainingFacts,
  type UnsealedManifest,
} from '@segcast/scoring';
import type { TrainingSource, Warehouse } from '@segcast/warehouse';
import { cardFiles, type ModelCard } from './card/model-card.ts';
import { readDataset, type Dataset } from './data/read-dataset.ts';
import type { Fold } from './data/split.ts';
import { trainingSource, type ModelGoal } from './data/training-source.ts';
import { findLeaks } from './evaluate/find-leaks.ts';
import { bgnbdRequest, trainBgnbd, type TrainedBgnbd } from './train-bgnbd.ts';
import { calibratedAnswers } from './fit/calibration.ts';
import { trainChurn, type TrainedNetwork } from './train-churn.ts';
import { chooseOffers, trainOffers } from './train-nbo.ts';

export interface TrainProgress {
  stage: 'reading' | 'fitting' | 'measuring';
  /** Rows read, or epochs. */
  done: number;
  total: number | null;
}

export interface TrainOptions {
  onProgress?: (progress: TrainProgress) => void;
  signal?: AbortSignal;
  /** The version's name; by default made of the time and of chance. */
  version?: string;
  /** Tests one part of several in turn. */
  fold?: Fold;
}

/** A version that was trained; it is not registered anywhere yet. */
export interface TrainedModel {
  card: ModelCard;
  /** `manifest.json`, a network's two files, and the card with its plots. */
  files: Map<string, Buffer>;
}

/** What differs between the kinds of model. */
interface Learnt {
  evaluation: ModelCard['evaluation'];
  manifest: Pick<UnsealedManifest, 'calibration' | 'bgnbd' | 'offers' | 'check_rows' | 'outputs'>;
  network: TrainedNetwork<unknown>['network'] | null;
  notes: string[];
  parameters?: Record<string, number>;
}

/**
 * Trains a churn or offer model on the warehouse: reads, fits, measures, and writes it all up.
 *
 * @throws AppError `training_refused` saying what is missing; `run_cancelled` when the signal
 *   aborts; what reading the warehouse throws.
 */
export async function trainModel(
  warehouse: Warehouse,
  goal: ModelGoal,
  given: TrainRequest,
  options: TrainOptions = {},
): Promise<TrainedModel> {
  const started = Date.now();
  const { onProgress = () => undefined, signal, fold } = options;
  const isFormula = goal === 'churn' && given.method === 'bgnbd';
  const request = isFormula ? bgnbdRequest(given) : given;
  const source = await trainingSource(warehouse, goal, request);
  const chosen = goal === 'nbo' ? await chooseOffers(warehouse, source, request) : null;
  const dataset = await readDataset(warehouse, {
    ...{ source, request, signal },
    ...(chosen ? { offers: chosen.offers } : {}),
    ...(fold ? { fold } : {}),
    onRows: (done) => onProgress({ stage: 'reading', done, total: null }),
  });
  const progress = {
    signal,
    onEpoch: (done: number) => onProgress({ stage: 'fitting', done, total: request.epochs }),
  };
  const learnt = chosen
    ? await learnOffers(dataset, chosen.offers, request, progress)
    : isFormula
      ? learnBgnbd(dataset, source, request)
      : await learnChurn(dataset, request, progress);
  onProgress({ stage: 'measuring', done: 0, total: null });
  const relation = (await warehouse.relation()).label;
  const training = factsOf(source, dataset, learnt, { relation, started });
  const leaks = chosen ? [] : findLeaks(dataset);
  const notes = [...(chosen?.notes ?? []), ...dataset.notes, ...learnt.notes, ...leaks];
  const method = isFormula ? 'bgnbd' : 'network';
  const version = options.version ?? versionName(method, new Date(started), randomBytes(2));
  return writeUp(goal, isFormula, {
    version,
    dataset,
    learnt,
    training,
    notes,
    seed: request.seed,
  });
}

/** A version's name: by what method and when, and some bytes of which no two trainings have the same. */
export function versionName(method: TrainRequest['method'], at: Date, unique: Buffer): string {
  const stamp = at.toISOString().replace(/[-:]/g, '').slice(0, 15);
  return `${method}-${stamp}-${unique.toString('hex')}`;
}

type Progress = Parameters<typeof trainChurn>[2];

async function learnChurn(
  dataset: Dataset,
  request: TrainRequest,
  progress: Progress,
): Promise<Learnt> {
  const trained = await trainChurn(dataset, request, progress);
  return learntNetwork(dataset, trained, ['churn_probability']);
}

async function learnOffers(
  dataset: Dataset,
  offers: readonly string[],
  request: TrainRequest,
  progress: Progress,
): Promise<Learnt> {
  const trained = await trainOffers(dataset, offers, request, progress);
  const ids = offers.map((_, index) => `offer_${index}`);
  const learnt = learntNetwork(dataset, trained, ids);
  const named = ids.map((offer_id, index) => ({ offer_id, category: offers[index]! }));
  return { ...learnt, manifest: { ...learnt.manifest, offers: named } };
}

function learntNetwork(
  { checkRows, inputs }: Dataset,
  { network, calibration, evaluation, notes }: TrainedNetwork<ModelCard['evaluation']>,
  outputs: string[],
): Learnt {
  const check_rows = checkRows.map((row) => {
    const answers = plainPredict(network.layers, standardizeRows([row], inputs));
    return { inputs: row, outputs: [...calibratedAnswers(answers, outputs.length, calibration)] };
  });
  return { evaluation, network, notes, manifest: { calibration, check_rows, outputs } };
}

function learnBgnbd(dataset: Dataset, source: TrainingSource, request: TrainRequest): Learnt {
  const trained: TrainedBgnbd = trainBgnbd(dataset, source, request);
  const { parameters, calibration } = trained;
  const check_rows = dataset.checkRows.map((row) => {
    const none = probabilityOfNone(parameters, historyOfRow(row, dataset.inputs, parameters));
    return { inputs: row, outputs: [...calibratedAnswers([none], 1, calibration)] };
  });
  return {
    evaluation: trained.evaluation,
    network: null,
    notes: [],
    manifest: { bgnbd: parameters, calibration, check_rows, outputs: ['churn_probability'] },
    parameters: { ...parameters, expected_purchases: trained.expectedPurchases },
  };
}

function factsOf(
  source: TrainingSource,
  { split }: Dataset,
  { network }: Learnt,
  { relation, started }: { relation: string; started: number },
): TrainingFacts {
  const isTable = source.kind === 'table';
  return {
    trained_at: new Date(started).toISOString(),
    source: isTable ? 'table' : 'transactions',
    relation,
    label: labelOf(source),
    cut: isTable ? null : source.cut,
    horizon_days: isTable ? null : source.horizonDays,
    rows: {
      train: split.train.length,
      validation: split.validation.length,
      test: split.test.length,
    },
    hidden: [...(network?.hidden ?? [])],
    epochs: network?.epochs ?? 0,
    duration_ms: Date.now() - started,
  };
}

function labelOf(source: TrainingSource): string {
  if (source.kind === 'table') {
    return source.positive === undefined ? source.label : `${source.label} is ${source.positive}`;
  }
  const when = `in the ${source.horizonDays} days after ${source.cut}`;
  return source.kind === 'churn' ? `no purchase ${when}` : `what was bought first ${when}`;
}

function writeUp(
  name: ModelGoal,
  isFormula: boolean,
  parts: {
    version: string;
    dataset: Dataset;
    learnt: Learnt;
    training: TrainingFacts;
    notes: readonly string[];
    seed: number;
  },
): TrainedModel {
  const { version, dataset, learnt, training, notes, seed } = parts;
  const kind = isFormula ? ('bgnbd' as const) : name;
  // A formula takes values as they are.
  const inputs = isFormula
    ? dataset.inputs.map(({ name, column, imputed, histogram }) => ({
        ...{ name, column, imputed, mean: 0, deviation: 1 },
        ...(histogram ? { histogram } : {}),
      }))
    : dataset.inputs;
  const manifest: UnsealedManifest = {
    ...{ name, version, kind, placeholder: false },
    created_with: { engine: 'tfjs-wasm', tfjs: learnt.network?.tfjs ?? 'none', seed },
    inputs,
    ...learnt.manifest,
    training,
    metrics: learnt.evaluation.metrics,
    background: dataset.background,
  };
  const card: ModelCard = {
    ...{ name, version, kind, training, notes },
    inputs: inputs.map(cardInput),
    evaluation: learnt.evaluation,
    ...(learnt.parameters ? { parameters: learnt.parameters } : {}),
  };
  const files = versionFiles(manifest, learnt.network?.artifacts ?? null);
  return { card, files: new Map([...files, ...cardFiles(card)]) };
}

/** What a card says of an input: without its histogram, which is for machines. */
function cardInput(input: UnsealedManifest['inputs'][number]): ModelCard['inputs'][number] {
  const { name, transform, null_indicator, categories } = input;
  return {
    name,
    ...(transform ? { transform } : {}),
    ...(null_indicator ? { null_indicator } : {}),
    ...(categories ? { categories } : {}),
  };
}
