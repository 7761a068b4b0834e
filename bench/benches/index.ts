import type { Bench } from '../bench.ts';
import { peersBench } from './peers.ts';
import { runBench } from './run.ts';

/** Every bench, in the order of the document. */
export const BENCHES: readonly Bench[] = [runBench, peersBench];
