import { parentPort, workerData } from 'node:worker_threads';
import { toSentError } from '@segcast/contracts';
import { RegisteredModels } from '@segcast/registry';
import { createEngine, ScorerCache, type Engine } from '@segcast/scoring';
import { openStore } from '@segcast/store';
import { openWarehouse } from '@segcast/warehouse';
import { scoreMany, scoreOne, type ScoreCustomersDeps } from './score-customers.ts';
import type { FromThread, ThreadSettings, ToThread } from './thread-messages.ts';

/** Batches read at once; others wait for a connection. */
const CONNECTIONS = 2;
/** Customers in one go: few, so that a single one never waits for long. */
const BATCH_SIZE = 128;
/** The four types, with the models before and after an activation. */
const MOST_SCORERS = 8;
/** Rounds in which the engine's code becomes fast. */
const WARM_UP_ROUNDS = 50;

const settings = workerData as ThreadSettings;
const port = parentPort!;

void start();

async function start(): Promise<void> {
  try {
    const deps = await openDeps();
    await warmUp(deps);
    port.on('message', (message: ToThread) => void serve(deps, message));
    send({ kind: 'ready', engine: deps.engine.name, notes: deps.engine.notes });
  } catch (error) {
    port.postMessage({ kind: 'unusable', error: toSentError(error) });
  }
}

interface ThreadDeps extends ScoreCustomersDeps {
  engine: Engine;
}

async function openDeps(): Promise<ThreadDeps> {
  const { storeUrl, warehouse, engine: preference } = settings;
  const models = new RegisteredModels(openStore({ url: storeUrl, poolMax: 1 }));
  const engine = await createEngine({ preference, checkModels: await models.inUse() });
  const loadModels = models.loadAll.bind(models);
  return {
    engine,
    scorers: new ScorerCache({ engine, loadModels, batchSize: BATCH_SIZE, most: MOST_SCORERS }),
    warehouse: openWarehouse({ ...warehouse, poolMax: CONNECTIONS }),
    batchSize: BATCH_SIZE,
  };
}

async function warmUp({ scorers }: ScoreCustomersDeps): Promise<void> {
  for (const wanted of settings.warmUp) {
    const { columns } = await scorers.scorerFor(wanted);
    const batch = {
      size: 1,
      columns: columns.map(() => new Float64Array(1)),
      nulls: columns.map(() => new Uint8Array(1)),
    };
    for (let i = 0; i < WARM_UP_ROUNDS; i++) {
      const scorer = await scorers.scorerFor(wanted);
      scorer.score(batch);
    }
  }
}

async function serve(deps: ScoreCustomersDeps, message: ToThread): Promise<void> {
  const { id, kind, terms } = message;
  try {
    if (kind === 'one') {
      const scored = await scoreOne(deps, terms, message);
      send({ kind, id, scored });
    } else {
      const scored = await scoreMany(deps, terms, message.customerIds);
      send({ kind, id, scored }, [scored.results.buffer as ArrayBuffer]);
    }
  } catch (error) {
    send({ kind: 'failed', id, error: toSentError(error) });
  }
}

function send(message: FromThread, transfer: readonly ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}
