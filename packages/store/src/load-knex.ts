import { createRequire } from 'node:module';
import type { Knex, knex } from 'knex';

const require = createRequire(import.meta.url);

type CreateKnex = (config: Knex.Config) => ReturnType<typeof knex>;

/** Loaded when first wanted: scoring threads, which never are in want of it, save 10 MB each. */
export function loadKnex(): CreateKnex {
  return require('knex') as CreateKnex;
}
