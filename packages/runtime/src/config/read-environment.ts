import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

import { PROJECT_ROOT } from './config.ts';

export type EnvironmentVariables = Record<string, string | undefined>;

/** The process's variables over those of the file `.env` in the project's folder. */
export function readEnvironment(
  file: string = join(PROJECT_ROOT, '.env'),
  own: EnvironmentVariables = process.env,
): EnvironmentVariables {
  if (!existsSync(file)) return own;
  return { ...parseEnv(readFileSync(file, 'utf8')), ...own };
}
