import type { Consumers, Producers } from './backend.ts';
import { orUnavailable, type ReportError } from './outage-reporter.ts';
import {
  migratePostgresQueue,
  openPostgresConsumers,
  openPostgresProducers,
} from './postgres-backend.ts';
import { describeConnection, type QueueConnection } from './queue-connection.ts';
import { openRedisConsumers, openRedisProducers } from './redis-backend.ts';

/**
 * Prepares the back end for use: BullMQ's tables on PostgreSQL, nothing on Redis.
 * @throws AppError `queue_unavailable` when PostgreSQL is away
 */
export async function migrateQueue(connection: QueueConnection): Promise<void> {
  if (connection.kind === 'redis') return;
  await orUnavailable(describeConnection(connection), migratePostgresQueue(connection));
}

export async function openProducers(
  connection: QueueConnection,
  report: ReportError,
): Promise<Producers> {
  if (connection.kind === 'redis') return openRedisProducers(connection, report);
  await migrateQueue(connection);
  return openPostgresProducers(connection, report);
}

export async function openConsumers(
  connection: QueueConnection,
  report: ReportError,
): Promise<Consumers> {
  if (connection.kind === 'redis') return openRedisConsumers(connection, report);
  await migrateQueue(connection);
  return openPostgresConsumers(connection, report);
}
