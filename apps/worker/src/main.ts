import { runApp } from '@segcast/runtime';
import { startWorker } from './start-worker.ts';

await runApp('worker', startWorker);
