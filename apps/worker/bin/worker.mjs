#!/usr/bin/env node
import { createRequire } from 'node:module';
import { register } from 'tsx/cjs/api';

// Not tsx's ESM hooks: they would keep a thread of their own, and an engine has to fit in here.
register();
const require = createRequire(import.meta.url);
require('../src/main.ts');
