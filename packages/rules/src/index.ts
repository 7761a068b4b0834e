export * from './rule-columns.ts';
