import { register } from 'tsx/esm/api';

register();
await import('../src/threads/thread-main.ts');
