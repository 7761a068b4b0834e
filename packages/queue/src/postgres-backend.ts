import { createPostgresBackend, Queue, runMigrations, Worker } from 'bullmq';
import pg from 'pg';
import { EVENT_STREAM, WORKER_TIMES, type Consumers, type Producers } from './backend.ts';
import type { ReportError } from './outage-reporter.ts';
import type { QueueConnection } from './queue-connection.ts';

type PostgresConnection = Extract<QueueConnection, { kind: 'postgres' }>;

const CONNECT_TIMEOUT_MS = 1000;

/**
 * Creates or upgrades BullMQ's tables in the connection's schema; idempotent, and safe from several
 * processes at once.
 */
export async function migratePostgresQueue({ url, schema }: PostgresConnection): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  await client.connect();
  try {
    await runMigrations(client, schema);
  } finally {
    await client.end();
  }
}

/**
 * Every queue has a small pool of its own, which BullMQ opens on demand and ends with the queue. A
 * queue whose first connection fails never works, so they are handed out when they have one.
 */
export function openPostgresProducers(
  connection: PostgresConnection,
  report: ReportError,
): Producers {
  const options = { connection: poolOptions(connection, 2), streams: EVENT_STREAM };
  return {
    queue: async (name) => {
      const queue = new Queue(name, options, createPostgresBackend) as unknown as Queue;
      queue.on('error', (error) => report(error, { queue: name }));
      await queue.waitUntilReady();
      return queue;
    },
    close: () => undefined,
  };
}

/** Besides its pool each worker holds one connection that listens for jobs. */
export function openPostgresConsumers(
  connection: PostgresConnection,
  report: ReportError,
): Consumers {
  return {
    worker: async (name, processor, settings) => {
      // Finishing jobs and renewing locks must never wait for one another.
      const pool = poolOptions(connection, settings.concurrency + 2);
      const options = { connection: pool, ...WORKER_TIMES, ...settings };
      const worker = new Worker(
        name,
        processor,
        options,
        createPostgresBackend,
      ) as unknown as Worker;
      worker.on('error', (error) => report(error, { queue: name }));
      await worker.waitUntilReady();
      return worker;
    },
    stopReconnecting: () => undefined,
    close: () => undefined,
  };
}

function poolOptions({ url, schema }: PostgresConnection, max: number) {
  return {
    connectionString: url,
    schema,
    max,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  };
}
