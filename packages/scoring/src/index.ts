export * from './scoring-batch.ts';
