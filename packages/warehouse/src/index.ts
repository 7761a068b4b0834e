export * from './member-batch.ts';
