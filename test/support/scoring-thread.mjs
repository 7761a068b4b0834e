import { parentPort, workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
const { digestScores } = await import('./scoring-digest.ts');
parentPort.postMessage(await digestScores(workerData));
