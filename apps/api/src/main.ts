import { runApp } from '@segcast/runtime';
import { startApi } from './start-api.ts';

await runApp('api', startApi);
