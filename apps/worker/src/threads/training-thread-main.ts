import { constants, getPriority, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { toSentError } from '@segcast/contracts';
import type { ClaimedTraining } from '@segcast/store';
import { trainModel, versionName } from '@segcast/training';
import { openWarehouse } from '@segcast/warehouse';
import type { FromTraining, ToTraining, TrainingSettings } from './training-messages.ts';

/** One streams the customers, one asks small things. */
const CONNECTIONS = 2;
/** Between two words on how far it is; whoever asks looks once a second. */
const PROGRESS_MS = 200;
/** Of a run's id: its last part is random. */
const UNIQUE_DIGITS = 8;

const { warehouse: source } = workerData as TrainingSettings;
const port = parentPort!;
const send = (message: FromTraining): void => port.postMessage(message);

yieldToScoring();
port.once('message', ({ training }: ToTraining) => void train(training));
send({ kind: 'ready' });

/** On Linux a priority is a thread's own, and elsewhere that of the process, which scores too. */
function yieldToScoring(): void {
  if (process.platform !== 'linux') return;
  setPriority(Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL));
}

async function train({ runId, training, createdAt }: ClaimedTraining): Promise<void> {
  const { model, options } = training;
  const unique = Buffer.from(runId.slice(-UNIQUE_DIGITS), 'hex');
  const warehouse = openWarehouse({ ...source, poolMax: CONNECTIONS });
  try {
    const { files, card } = await trainModel(warehouse, model, options, {
      version: versionName(options.method, createdAt, unique),
      onProgress: progressTeller(),
    });
    send({ kind: 'trained', files: [...files], notes: [...card.notes] });
  } catch (error) {
    send({ kind: 'failed', error: toSentError(error) });
  } finally {
    await warehouse.close();
  }
}

function progressTeller() {
  let told = 0;
  let stage: string | null = null;
  return (progress: Extract<FromTraining, { kind: 'progress' }>['progress']): void => {
    if (progress.stage === stage && performance.now() - told < PROGRESS_MS) return;
    told = performance.now();
    ({ stage } = progress);
    send({ kind: 'progress', progress });
  };
}
