import type { Bench } from '../bench.ts';
import { growthNightlyBench } from './growth-nightly.ts';
import { growthSizesBench } from './growth-sizes.ts';
import { growthWorkersBench } from './growth-workers.ts';
import { latencyBench } from './latency.ts';
import { memoryBench } from './memory.ts';
import { peersBench } from './peers.ts';
import { runBench } from './run.ts';
import { trainingBench } from './training.ts';

/** Every bench, in the order of the document. */
export const BENCHES: readonly Bench[] = [
  runBench,
  peersBench,
  growthSizesBench,
  growthWorkersBench,
  growthNightlyBench,
  latencyBench,
  memoryBench,
  trainingBench,
];
