import { runApp } from '@segcast/runtime';
import { startWorker } from './start-worker.ts';

void runApp('worker', startWorker);
