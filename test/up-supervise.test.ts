import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { prepareLogFile, readLogTail } from '../apps/cli/src/up/log-file.ts';
import { supervise } from '../apps/cli/src/up/supervise.ts';
import { runScript } from './support/child-script.ts';
import { isAlive, until } from './support/until.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'segcast-up-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A script that tells its process id in a file, and then does what the source says. */
function command(source: string) {
  const script = join(folder, 'script.mjs');
  const pidFile = join(folder, 'pid');
  writeFileSync(
    script,
    `import { writeFileSync } from 'node:fs';
    writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));
    process.on('disconnect', () => process.exit());
    ${source}`,
  );
  return {
    spec: { script, env: process.env, logFile: join(folder, 'log') },
    pid: () => (existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : 0),
  };
}

const STAY = 'setInterval(() => undefined, 1000);';

test('a process that is killed is started again, and stays away once it is stopped', async () => {
  const { spec, pid } = command(STAY);
  const ends: string[] = [];
  const supervised = supervise(spec, (how) => ends.push(how));
  await until('it runs', () => pid() > 0);
  const first = pid();
  process.kill(first, 'SIGKILL');
  await until('another one runs', () => pid() !== first && isAlive(pid()));
  expect(ends).toEqual(['killed by SIGKILL']);
  const second = pid();
  await supervised.stop();
  expect(isAlive(second)).toBe(false);
  expect(pid()).toBe(second);
});

test('a process that keeps ending is given up, and its last words are at hand', async () => {
  const { spec } = command("console.log(JSON.stringify({ msg: 'no model' })); process.exit(3);");
  const ends: string[] = [];
  const supervised = supervise(spec, (how) => ends.push(how));
  expect(await supervised.failed).toBe('exit code 3');
  expect(ends).toEqual(Array(4).fill('exit code 3'));
  expect(readLogTail(spec.logFile)).toBe(Array(5).fill('no model').join('\n'));
  await supervised.stop();
});

test('a process that does not exist is given up too', async () => {
  const spec = { script: join(folder, 'absent.mjs'), env: {}, logFile: join(folder, 'log') };
  const supervised = supervise(spec, () => undefined);
  expect(await supervised.failed).toBe('exit code 1');
  expect(readLogTail(spec.logFile)).toContain('Node.js');
  await supervised.stop();
});

test('a process does not outlive a supervisor that is killed', async () => {
  const { spec, pid } = command(STAY);
  const script = runScript(`
    import { supervise } from './apps/cli/src/up/supervise.ts';
    supervise(${JSON.stringify(spec)}, () => undefined);
    console.log('true');
  `);
  await script.said;
  await until('it runs', () => pid() > 0);
  script.process.kill('SIGKILL');
  await until('it is gone', () => !isAlive(pid()));
});

test('a log that has grown large is put aside', () => {
  const file = prepareLogFile(folder, 'api');
  writeFileSync(file, Buffer.alloc(20 * 1024 * 1024 + 1, 'x'));
  expect(prepareLogFile(folder, 'api')).toBe(file);
  expect(existsSync(file)).toBe(false);
  expect(existsSync(`${file}.1`)).toBe(true);
  writeFileSync(file, 'small');
  expect(existsSync(prepareLogFile(folder, 'api'))).toBe(true);
});
