import type { JobQueue } from '@segcast/queue';
import type { RunNotices, Store } from '@segcast/store';

/** What the API says of its own life; pino's logger is one. */
export interface Logger {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** What handlers work with; `main.ts` and the tests construct it. */
export interface ApiDeps {
  store: Store;
  queue: JobQueue;
  notices: RunNotices;
  log: Logger;
  /** Aborts when the process is asked to stop: whoever waits answers with what there is. */
  stopping: AbortSignal;
}
