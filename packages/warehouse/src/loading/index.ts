export * from './database-has-tables.ts';
export * from './generate/generate-customers.ts';
export * from './load-progress.ts';
export * from './refresh-features.ts';
export * from './warehouse-is-empty.ts';
