import { AppError, type FieldError } from '@segcast/contracts';
import type { z } from 'zod';

import { type Config, toConfig } from './config.ts';
import { environmentSchema } from './environment-schema.ts';
import { type EnvironmentVariables, readEnvironment } from './read-environment.ts';

/**
 * The configuration from environment variables (by default the process's, and beneath them those of
 * the `.env` file). An empty variable counts as absent.
 *
 * @throws AppError invalid_config naming every fault at once.
 */
export function loadConfig(environment: EnvironmentVariables = readEnvironment()): Config {
  const present = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const parsed = environmentSchema.safeParse(present);
  if (!parsed.success) throw invalidConfig(parsed.error, present);
  const unknown = Object.keys(present).filter(
    (name) => name.startsWith('SEGCAST_') && !(name in environmentSchema.shape),
  );
  return toConfig(
    parsed.data,
    unknown.map((name) => `${name} is set, and Segcast has no such variable (see .env.example).`),
  );
}

function invalidConfig(error: z.ZodError, present: EnvironmentVariables): AppError {
  const errors: FieldError[] = error.issues.map((issue) => {
    const name = String(issue.path[0]);
    return { pointer: `/${name}`, detail: `${describe(name, present[name])} ${issue.message}` };
  });
  const faults = errors.map(({ detail }) => `  ${detail}.`).join('\n');
  return new AppError('invalid_config', `The configuration is not valid:\n${faults}`, { errors });
}

/** A URL may hold a password, so its value is not repeated; nor is a key. */
function describe(name: string, value: string | undefined): string {
  return value === undefined || /_(URL|KEY)$/.test(name) ? name : `${name}=${value}`;
}
