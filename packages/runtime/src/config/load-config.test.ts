import { AppError } from '@segcast/contracts';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { loadConfig } from './load-config.ts';
import { readEnvironment } from './read-environment.ts';

function faultsOf(environment: Record<string, string>): string[] {
  try {
    loadConfig(environment);
    return [];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error.code).toBe('invalid_config');
    return error.errors?.map(({ pointer }) => pointer) ?? [];
  }
}

test('an empty environment is a complete configuration', () => {
  const config = loadConfig({});
  expect(config.http).toEqual({ host: '127.0.0.1', port: 3000, trustProxy: null });
  expect(config.databaseUrl).toBeNull();
  expect(config.nightly).toEqual({ pattern: '0 2 * * *', tz: 'UTC' });
  expect(config.scoring.threads).toBeGreaterThanOrEqual(1);
  expect(config.scoring.threads).toBeLessThanOrEqual(4);
  expect(config.warnings).toEqual([]);
});

test('an empty variable counts as absent', () => {
  expect(loadConfig({ DWH_URL: '', PORT: ' ' })).toEqual(loadConfig({}));
});

test('every fault is listed at once, with its variable, and passwords are not repeated', () => {
  const faulty = {
    PORT: '70000',
    TRUST_PROXY: 'everybody',
    SEGCAST_BOOTSTRAP_KEY: 'secret, and too short',
    DATABASE_URL: 'mysql://me:secret@host/db',
    REDIS_URL: 'nowhere',
    QUEUE_BACKEND: 'kafka',
    SHARD_SIZE: 'many',
    CHURN_HIGH_THRESHOLD: '1.5',
    RFM_MONETARY: '100,200,500,1000',
    RFM_RECENCY_DAYS: '30,60,,180',
    NIGHTLY_CRON: 'at night',
    NIGHTLY_TZ: 'Mars/Olympus',
    LOG_LEVEL: 'loud',
  };
  expect(faultsOf(faulty).sort()).toEqual(
    Object.keys(faulty)
      .map((name) => `/${name}`)
      .sort(),
  );
  expect(() => loadConfig(faulty)).toThrow('PORT=70000 must be a whole number 0 to 65535');
  expect(() => loadConfig(faulty)).not.toThrow('secret');
});

test('faults between variables are found too', () => {
  expect(faultsOf({ CHURN_HIGH_THRESHOLD: '0.3' })).toEqual(['/CHURN_MEDIUM_THRESHOLD']);
  const key = 'k'.repeat(32);
  expect(faultsOf({ SEGCAST_BOOTSTRAP_KEY: key, SEGCAST_BOOTSTRAP_KEY_FILE: 'f' })).toEqual([
    '/SEGCAST_BOOTSTRAP_KEY_FILE',
  ]);
});

test('values are read into their own types', () => {
  const config = loadConfig({
    RFM_FREQUENCY: '40, 20, 10.5, 1',
    NIGHTLY_CRON: 'off',
    DWH_URL: 'postgresql://reader@host/dwh',
    QUEUE_BACKEND: 'postgres',
    TRUST_PROXY: 'loopback, 10.0.0.0/8',
  });
  expect(config.http.trustProxy).toEqual(['loopback', '10.0.0.0/8']);
  expect(loadConfig({ TRUST_PROXY: '2' }).http.trustProxy).toBe(2);
  expect(config.rfm.frequency).toEqual([40, 20, 10.5, 1]);
  expect(config.nightly).toBeNull();
  expect(config.warehouse.url).toBe('postgresql://reader@host/dwh');
  expect(config.queue.backend).toBe('postgres');
});

test('an unknown variable of ours is warned of', () => {
  const { warnings } = loadConfig({ SEGCAST_DATADIR: 'x', SEGCAST_DATA_DIR: '/y', OTHER: 'z' });
  expect(warnings).toEqual([expect.stringContaining('SEGCAST_DATADIR')]);
});

test('the process wins over the .env file, which may be absent', () => {
  const folder = mkdtempSync(join(tmpdir(), 'segcast-env-'));
  const file = join(folder, '.env');
  expect(readEnvironment(file, { PORT: '1' })).toEqual({ PORT: '1' });
  writeFileSync(file, 'PORT=2 # a comment\nHOST="127.0.0.9"\n');
  expect(readEnvironment(file, { PORT: '1' })).toEqual({ PORT: '1', HOST: '127.0.0.9' });
  rmSync(folder, { recursive: true });
});
