import { createRequire } from 'node:module';
import { register } from 'tsx/cjs/api';

// As in worker.mjs: the ESM hooks would double what a thread needs.
register();
const require = createRequire(import.meta.url);
require('../src/threads/training-thread-main.ts');
