/** Where jobs live: Redis, or BullMQ's own PostgreSQL back end in schema `bullmq`. */
export type QueueConnection =
  | { kind: 'redis'; url: string; prefix: string }
  | { kind: 'postgres'; url: string; schema: string };

/** The connection's place for messages: no user, password or query. */
export function describeConnection(connection: QueueConnection): string {
  const { protocol, host, pathname } = new URL(connection.url);
  return `${protocol}//${host}${pathname}`;
}
