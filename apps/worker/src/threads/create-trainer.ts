import type { Worker } from 'node:worker_threads';
import { fromSentError } from '@segcast/contracts';
import { startThread } from '@segcast/runtime';
import type { TrainedFiles, TrainModel } from '@segcast/runs';
import type { TrainingProgress } from '@segcast/store';
import type { FromTraining, ToTraining, TrainingSettings } from './training-messages.ts';

/** `.ts` can be no entry of a thread: Node would not know how to read it. */
const BOOTSTRAP = new URL('../../bin/training-thread.mjs', import.meta.url);

type Ready = Extract<FromTraining, { kind: 'ready' }>;

export interface Trainer {
  trainModel: TrainModel;
  /** Gives up what is being trained, which rejects with the reason, and takes nothing more. */
  stop(reason: Error): void;
}

/**
 * Trains each model in a thread made for it: whoever gives it up ends the thread, wherever it is, and
 * its memory is free at once.
 */
export function createTrainer(settings: TrainingSettings): Trainer {
  const stopping = new AbortController();
  return {
    stop: (reason) => stopping.abort(reason),
    trainModel: async (training, given, onProgress) => {
      const signal = AbortSignal.any([given, stopping.signal]);
      signal.throwIfAborted();
      const starting = startThread<Ready>(BOOTSTRAP, {
        workerData: settings,
        name: 'training',
        signal,
      });
      try {
        const { worker, ended } = await starting;
        const trained = resultOf(worker, ended, onProgress);
        worker.postMessage({ training } satisfies ToTraining);
        return await trained.finally(() => worker.terminate());
      } catch (error) {
        // That the thread was ended says nothing of why.
        signal.throwIfAborted();
        throw error;
      }
    },
  };
}

function resultOf(
  worker: Worker,
  ended: Promise<Error>,
  onProgress: (progress: TrainingProgress) => void,
): Promise<TrainedFiles> {
  return new Promise((resolve, reject) => {
    void ended.then(reject);
    worker.on('message', (message: FromTraining) => {
      if (message.kind === 'progress') onProgress(message.progress);
      else if (message.kind === 'failed') reject(fromSentError(message.error));
      else if (message.kind === 'trained') {
        const files = message.files.map(([name, bytes]) => [name, Buffer.from(bytes)] as const);
        resolve({ files: new Map(files), notes: message.notes });
      }
    });
  });
}
