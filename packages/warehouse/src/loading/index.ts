export * from './generate/generate-customers.ts';
export * from './import-transactions.ts';
export * from './load-progress.ts';
export * from './refresh-features.ts';
export * from './text/text-format.ts';
export * from './transaction-line.ts';
export * from './transactions-report.ts';
export * from './warehouse-is-empty.ts';
