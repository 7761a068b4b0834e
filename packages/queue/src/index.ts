export * from './queue-connection.ts';
