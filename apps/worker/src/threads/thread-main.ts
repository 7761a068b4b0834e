import { parentPort, workerData } from 'node:worker_threads';
import { fromSentError, toSentError } from '@segcast/contracts';
import { scoreShard, type ScoreDeps } from '@segcast/runs';
import { createEngine, loadModels, ScorerCache, type Engine } from '@segcast/scoring';
import { openStore, type ClaimedShard } from '@segcast/store';
import { openWarehouse } from '@segcast/warehouse';
import type { FromThread, ThreadSettings, ToThread } from './thread-messages.ts';

/** One streams or writes, one asks small things meanwhile. */
const CONNECTIONS = 2;

const settings = workerData as ThreadSettings;
const port = parentPort!;
const send = (message: FromThread): void => port.postMessage(message);

void start();

async function start(): Promise<void> {
  try {
    const engine = await openEngine();
    receive(openDeps(engine));
    send({ kind: 'ready', engine: engine.name, notes: engine.notes });
  } catch (error) {
    send({ kind: 'unusable', error: toSentError(error) });
  }
}

async function openEngine(): Promise<Engine> {
  const models = await loadModels(settings.modelsDir);
  return createEngine({ preference: settings.engine, checkModels: Object.values(models) });
}

function openDeps(engine: Engine): ScoreDeps {
  const { storeUrl, warehouse, modelsDir, batchSize } = settings;
  const scorers = new ScorerCache({ engine, modelsDir, batchSize });
  return {
    store: openStore({ url: storeUrl, poolMax: CONNECTIONS }),
    warehouse: openWarehouse({ ...warehouse, poolMax: CONNECTIONS }),
    scorerFor: (shard) => scorers.scorerFor(shard),
    batchSize,
  };
}

function receive(deps: ScoreDeps): void {
  let inHand = new AbortController();
  port.on('message', (message: ToThread) => {
    if (message.kind === 'abort') {
      inHand.abort(fromSentError(message.reason));
      return;
    }
    inHand = new AbortController();
    void score(deps, message.shard, inHand.signal);
  });
}

async function score(deps: ScoreDeps, shard: ClaimedShard, signal: AbortSignal): Promise<void> {
  try {
    await scoreShard(deps, shard, signal, (processed) => send({ kind: 'progress', processed }));
    send({ kind: 'scored' });
  } catch (error) {
    send({ kind: 'failed', error: toSentError(error) });
  }
}
