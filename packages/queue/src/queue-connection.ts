/** Where jobs live: Redis, or BullMQ's own PostgreSQL back end in schema `bullmq`. */
export type QueueConnection =
  | { kind: 'redis'; url: string; prefix: string }
  | { kind: 'postgres'; url: string; schema: string };
