import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { PREDICTORS } from '@segcast/contracts';
import {
  addToStats,
  createEngine,
  createScorer,
  createStats,
  DEFAULT_RFM_SETTINGS,
  loadModels,
} from '@segcast/scoring';

const MODELS_DIR = join(import.meta.dirname, '../../models');
const CUSTOMERS = 20_000;

export interface ScoresDigest {
  digest: string;
  /** As JSON. */
  stats: string;
  /** Handlers of uncaught errors that the engine brought along. */
  listenersAdded: number;
}

/**
 * Scores the same made-up customers with an engine of the calling thread.
 *
 * @param batchSize customers in a batch
 */
export async function digestScores(batchSize: number): Promise<ScoresDigest> {
  const listeners = countListeners();
  const models = await loadModels(MODELS_DIR);
  const checkModels = Object.values(models);
  const engine = await createEngine({ preference: 'auto', checkModels });
  const scorer = await createScorer({
    engine,
    models,
    predictors: PREDICTORS,
    rfm: DEFAULT_RFM_SETTINGS,
    batchSize,
  });
  const digests = ['churn', 'offers', 'rfm'].map(() => createHash('sha256'));
  const stats = createStats(PREDICTORS);
  for (let from = 0; from < CUSTOMERS; from += batchSize) {
    const size = Math.min(batchSize, CUSTOMERS - from);
    const scored = scorer.score({
      size,
      columns: scorer.columns.map((_, column) => madeUpColumn(from, size, column)),
      nulls: scorer.columns.map(() => new Uint8Array(size)),
    });
    const { churn, offers, rfm } = scored;
    [churn!.slice(0, size), offers!.slice(0, size * 8), rfm!.code.slice(0, size)].forEach(
      (view, index) => digests[index]!.update(view),
    );
    addToStats(stats, scored, { high: 0.7, medium: 0.4 });
  }
  engine.dispose();
  const digest = digests.map((hash) => hash.digest('hex')).join();
  const listenersAdded = countListeners() - listeners;
  return { digest, stats: JSON.stringify(stats), listenersAdded };
}

function countListeners(): number {
  return process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection');
}

function madeUpColumn(from: number, size: number, column: number): Float64Array {
  const place = (row: number) => (from + row + 1) * (column * 2 + 7919);
  return Float64Array.from({ length: size }, (_, row) => (place(row) % 9973) / (column + 10));
}
