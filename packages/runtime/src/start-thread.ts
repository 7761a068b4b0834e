import { Worker, type WorkerOptions } from 'node:worker_threads';
import { AppError, fromSentError, type SentError } from '@segcast/contracts';

/** A thread's first word when it cannot do its work. */
interface Unusable {
  kind: 'unusable';
  error: SentError;
}

export interface StartedThread<Ready> {
  worker: Worker;
  ready: Ready;
  /** Resolves, with a word on how, when the thread has ended. */
  ended: Promise<Error>;
}

/**
 * Starts a thread and waits for its first message, which is of the kind `ready` or `unusable`. The
 * signal ends the thread, even before that.
 * @throws the error that the thread says makes it unusable, or how it ended.
 */
export async function startThread<Ready extends { kind: 'ready' }>(
  script: URL,
  { signal, ...options }: WorkerOptions & { name: string; signal?: AbortSignal },
): Promise<StartedThread<Ready>> {
  const worker = new Worker(script, options);
  const ended = whenEnded(worker, options.name);
  signal?.addEventListener('abort', () => void worker.terminate(), { once: true });
  const first = await Promise.race([
    new Promise<Ready | Unusable>((resolve) => worker.once('message', resolve)),
    ended,
  ]);
  if (first instanceof Error) throw first;
  if (first.kind === 'ready') return { worker, ready: first, ended };
  await worker.terminate();
  throw fromSentError(first.error);
}

function whenEnded(worker: Worker, name: string): Promise<Error> {
  return new Promise((resolve) => {
    let cause: unknown;
    worker.once('error', (error) => (cause = error));
    worker.once('exit', (code) => {
      const reason = cause instanceof Error ? cause.message : `exit code ${code}`;
      resolve(
        new AppError('internal', `The ${name} thread ended unexpectedly: ${reason}`, { cause }),
      );
    });
  });
}
