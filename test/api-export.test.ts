import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { sweep } from '@segcast/runs';
import { MALLOC_SETTINGS, NODE_ARGUMENTS } from '@segcast/runtime';
import { parse } from 'csv-parse';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fillRun } from './support/million-predictions.ts';
import { createRunService, type RunService } from './support/run-service.ts';
import { until } from './support/until.ts';

const PREDICTIONS = 1_000_000;
const MOST_MEGABYTES = 300;
/** As `npm run api` starts it. */
const COMMAND = [...NODE_ARGUMENTS.api, join(import.meta.dirname, '../apps/api/bin/api.mjs')];

let service: RunService;
let child: ChildProcess;
let origin: string;
let runId: string;

beforeAll(async () => {
  service = await createRunService();
  const segment = await service.segment();
  runId = await service.submit(segment);
  await fillRun(service, runId, PREDICTIONS);
  const newer = await service.plan(segment);
  await service.finish(newer);
  child = spawn(process.execPath, COMMAND, {
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: service.url,
      DWH_RELATION: 'customers',
      QUEUE_BACKEND: 'postgres',
      LOG_FORMAT: 'json',
      PORT: '0',
      ...MALLOC_SETTINGS,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout!.on('data', (part: Buffer) => (said += part.toString()));
  await until('the API listens', () => said.includes('listening on'), 60);
  await until('its scoring thread is ready', () => said.includes('scoring thread ready'), 60);
  origin = /listening on (http:[^"]+)/.exec(said)![1]!;
});
afterAll(async () => {
  child.kill('SIGKILL');
  await service.close();
});

async function ask(accept: string, coding = 'identity'): Promise<IncomingMessage> {
  const url = `${origin}/api/loyalty/v1/ml/runs/${runId}/results/`;
  const request = get(url, { headers: { Accept: accept, 'Accept-Encoding': coding } });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(200);
  return response;
}

/** The most memory that the API has held since it started; 0 where the system does not tell. */
function peakMegabytes(): number {
  if (process.platform !== 'linux') return 0;
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]) / 1024;
}

it('of a million predictions has every row, in constant memory', async () => {
  const response = await ask('text/csv', 'gzip');
  const reader = response.pipe(createGunzip()).pipe(parse({ columns: true }));
  let rows = 0;
  for await (const row of reader as AsyncIterable<Record<string, string>>) {
    if (rows === 123_456) {
      expect(row).toMatchObject({
        customer_id: 'C000123456',
        rfm_code: '555',
        monetary: '3456.25',
      });
    }
    rows++;
  }
  expect(rows).toBe(PREDICTIONS);
  expect(peakMegabytes()).toBeLessThan(MOST_MEGABYTES);
});

const EXPORT_LOCKS = `
  SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)
  WHERE l.locktype = 'advisory' AND l.mode = 'ShareLock' AND a.datname = current_database()`;

// An export that nobody reads would hold its connection, and retention, for as long as it likes.
it('that nobody reads any more lets go of its connection within two seconds', async () => {
  const response = await ask('application/x-ndjson');
  await once(response, 'readable');
  expect(await service.sql(EXPORT_LOCKS)).toHaveLength(1);
  await sweep({ ...service.sweepDeps, keepRuns: 1 });
  const chunks = 'SELECT FROM segcast.prediction_chunks WHERE run_id = $1 LIMIT 1';
  expect(await service.sql(chunks, [runId])).toHaveLength(1);

  response.destroy();
  await until('its lock is gone', async () => (await service.sql(EXPORT_LOCKS)).length === 0, 2);
  await sweep({ ...service.sweepDeps, keepRuns: 1 });
  expect(await service.sql(chunks, [runId])).toEqual([]);
});
