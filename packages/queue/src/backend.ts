import type { Processor, Queue, Worker } from 'bullmq';
import type { QueueName } from './catalogue.ts';

/** Makes the queues of one process on one connection; close them before it. */
export interface Producers {
  queue(name: QueueName): Promise<Queue>;
  /** Lets go of connections that the queues shared. */
  close(): void;
}

interface WorkerSettings {
  /** Jobs of this queue that this process works on at once. */
  concurrency: number;
}

/** Makes the workers of one process on one connection; close them before it. */
export interface Consumers {
  worker(name: QueueName, processor: Processor, settings: WorkerSettings): Promise<Worker>;
  /** Connections that are down stop trying to come back, so that workers can close. */
  stopReconnecting(): void;
  /** Lets go of connections that the workers shared. */
  close(): void;
}

/** A run's progress is in PostgreSQL; the queue's own event stream is only for the board. */
export const EVENT_STREAM = { events: { maxLen: 1000 } } as const;

/**
 * A killed worker's job comes back after at most lock and check together. Our own count of claims
 * decides when a shard has failed too often, so BullMQ's must never come first.
 */
export const WORKER_TIMES = {
  lockDuration: 10_000,
  stalledInterval: 10_000,
  maxStalledCount: 1_000_000,
  runRetryDelay: 1000,
} as const;
