import { parentPort, workerData } from 'node:worker_threads';
import { fromSentError, toSentError } from '@segcast/contracts';
import { RegisteredModels } from '@segcast/registry';
import { scoreShard, type ScoreDeps } from '@segcast/runs';
import { createEngine, ScorerCache, type Engine } from '@segcast/scoring';
import { openStore, type ClaimedShard, type Store } from '@segcast/store';
import { openWarehouse } from '@segcast/warehouse';
import type { FromThread, ThreadSettings, ToThread } from './thread-messages.ts';

/** One streams, one writes, one asks small things meanwhile. */
const CONNECTIONS = 3;

/** Between two words on how far a shard has come; whoever asks looks once a second. */
const PROGRESS_MS = 200;

const settings = workerData as ThreadSettings;
const port = parentPort!;
const send = (message: FromThread): void => port.postMessage(message);

void start();

async function start(): Promise<void> {
  try {
    const store = openStore({ url: settings.storeUrl, poolMax: CONNECTIONS });
    const models = new RegisteredModels(store);
    const engine = await createEngine({
      preference: settings.engine,
      // Others are proved when they are first met.
      checkModels: await models.inUse(),
    });
    receive(openDeps(store, models, engine));
    send({ kind: 'ready', engine: engine.name, notes: engine.notes });
  } catch (error) {
    send({ kind: 'unusable', error: toSentError(error) });
  }
}

function openDeps(store: Store, models: RegisteredModels, engine: Engine): ScoreDeps {
  const { warehouse, batchSize } = settings;
  const loadModels = models.loadAll.bind(models);
  const scorers = new ScorerCache({ engine, loadModels, batchSize });
  return {
    store,
    warehouse: openWarehouse({ ...warehouse, poolMax: CONNECTIONS }),
    scorerFor: (shard) => scorers.scorerFor(shard),
    batchSize,
  };
}

function receive(deps: ScoreDeps): void {
  const inHand = new Map<number, AbortController>();
  port.on('message', (message: ToThread) => {
    const { task } = message;
    if (message.kind === 'abort') {
      inHand.get(task)?.abort(fromSentError(message.reason));
      return;
    }
    const stop = new AbortController();
    inHand.set(task, stop);
    void score(deps, task, message.shard, stop.signal).finally(() => inHand.delete(task));
  });
}

async function score(
  deps: ScoreDeps,
  task: number,
  shard: ClaimedShard,
  signal: AbortSignal,
): Promise<void> {
  // The first at once: it says that the shard has begun.
  let told = -Infinity;
  const onProgress = (processed: number): void => {
    if (performance.now() - told < PROGRESS_MS) return;
    told = performance.now();
    send({ kind: 'progress', task, processed });
  };
  const onScored = (): void => send({ kind: 'scored', task });
  try {
    await scoreShard(deps, shard, signal, { onProgress, onScored });
    send({ kind: 'saved', task });
  } catch (error) {
    send({ kind: 'failed', task, error: toSentError(error) });
  }
}
