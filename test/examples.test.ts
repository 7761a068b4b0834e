import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createSegcast, type Segcast, type SegmentStats } from '@segcast/client';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApiServer, type ApiServer } from './support/api-server.ts';

const ROOT = join(import.meta.dirname, '..');
const PREFIX = '/api/loyalty/v1';
const execute = promisify(execFile);

let api: ApiServer;
let segcast: Segcast;
let folder: string;
/** Two segments of which one is to be targeted, and one never scored. */
let scored: SegmentStats[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'segcast-examples-'));
  api = await startApiServer();
  segcast = createSegcast({ baseUrl: api.origin });
  await api.startWorkers();
  const rules = { '>': [{ var: 'transaction_count' }, 5] };
  scored = [];
  for (const churnThresholds of [
    { high: 0.3, medium: 0.1 },
    { high: 0.999, medium: 0.9 },
  ]) {
    const { id } = await api.service.segment(rules, { churnThresholds });
    await segcast.segmentsApi.predictAndWait(id);
    scored.push(await segcast.segmentsApi.getMLStats(id));
  }
  await api.service.segment();
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true, force: true });
});

async function run(example: string, ...args: string[]) {
  const file = join(ROOT, 'examples', `${example}.ts`);
  const env = { ...process.env, SEGCAST_URL: api.origin };
  return execute(process.execPath, ['--import', 'tsx', file, ...args], { cwd: ROOT, env });
}

async function highRisk({ run_ids }: SegmentStats): Promise<string[]> {
  const ids: string[] = [];
  const results = segcast.runs.results(run_ids.churn!, { risk: 'high' });
  for await (const { customer_id } of results) ids.push(customer_id);
  return ids;
}

describe('the examples', () => {
  it('show the health of every segment', async () => {
    const { stdout } = await run('segment-health');
    for (const { segment_name, stats } of scored) {
      const row = stdout.split('\n').find((line) => line.includes(segment_name));
      expect(row).toContain(` ${stats.churn.high_percentage} `);
    }
    expect(stdout).toContain('never');
  });

  it('target the segments with many at high risk, and export those', async () => {
    const [many, few] = scored;
    expect(many!.stats.churn.high_percentage).toBeGreaterThan(20);
    expect(few!.stats.churn.high_percentage).toBeLessThan(20);
    const { stdout } = await run('campaign-targeting');
    const rows: { segment_id: string; customer_id: string }[] = parse(stdout, { columns: true });
    expect(rows.map(({ customer_id }) => customer_id)).toEqual(await highRisk(many!));
    expect(new Set(rows.map(({ segment_id }) => segment_id))).toEqual(
      new Set([String(many!.segment_id)]),
    );
    expect((await run('campaign-targeting', '100')).stdout).toBe('segment_id,customer_id\n');
  });

  it('name the top offer of a segment', async () => {
    const [{ segment_id, stats }] = scored as [SegmentStats];
    const [[offer, members]] = stats.nbo.top_offers as [[string, number]];
    const offers = await segcast.offers();
    const name = offers.find(({ offer_id }) => offer_id === offer)!.offer_name;
    const { stdout } = await run('offer-optimisation', String(segment_id));
    expect(stdout).toContain(`offer "${name}" first, to ${members} of ${stats.nbo.count} members`);
  });
});

function has(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn(`SKIPPED: the lines of the API guide, which need ${command}`);
    return false;
  }
}

describe.skipIf(!has('curl') || !has('jq'))('the lines of the API guide', () => {
  it('do the same', async () => {
    const guide = readFileSync(join(ROOT, 'docs/api-guide.md'), 'utf8');
    const lines = [...guide.matchAll(/```sh\n([\s\S]+?)```/g)].map(([, code]) => code!).join('');
    const [many] = scored as [SegmentStats];
    // The guide speaks of segment 1, as `npm start` makes it.
    const script = lines
      .replaceAll('http://127.0.0.1:3000', api.origin)
      .replaceAll('segments/1/', `segments/${many.segment_id}/`)
      .replaceAll('"segment_id": 1', `"segment_id": ${many.segment_id}`);
    expect(script).toContain(api.origin + PREFIX);
    const strict = ['-euo', 'pipefail', '-c', script];
    const { stdout } = await execute('bash', strict, { cwd: folder });
    const share = many.stats.churn.high_percentage;
    expect(stdout).toMatch(new RegExp(`^${many.segment_name}\t${share}`, 'm'));
    expect(stdout).toContain(JSON.stringify(many.stats.nbo.top_offers[0]));
    expect(stdout).toMatch(/^C\d{6},target/m);
    expect(readdirSync(folder)).toEqual([`high-risk-${many.segment_id}.csv`]);
    const csv = readFileSync(join(folder, `high-risk-${many.segment_id}.csv`), 'utf8');
    const rows: { customer_id: string }[] = parse(csv, { columns: true, bom: true });
    expect(rows.map(({ customer_id }) => customer_id)).toEqual(await highRisk(many));
  });
});
