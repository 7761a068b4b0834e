export * from './migrate-store.ts';
export * from './open-store.ts';
export * from './run-notices.ts';
