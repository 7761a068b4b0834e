import { createRequire } from 'node:module';
import { register } from 'tsx/cjs/api';

// Not tsx's ESM hooks: they would double what a thread needs.
register();
const require = createRequire(import.meta.url);
require('../src/scoring/thread-main.ts');
