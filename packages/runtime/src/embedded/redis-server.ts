import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { AppError } from '@segcast/contracts';

import { findFreePort } from './free-port.ts';
import { serviceAccount } from './service-account.ts';
import { makeServiceFolder } from './service-home.ts';
import { spawnTethered, type TetheredProcess, type TetherOptions } from './tethered-process.ts';

export interface RedisProgram {
  command: 'redis-server' | 'valkey-server';
  version: string;
}

export interface EmbeddedRedisOptions {
  /** Folder of its data and its log; see `serviceHome`. */
  home: string;
  /** False writes nothing to disk: for tests, whose data nobody misses. */
  durable?: boolean;
  tether?: TetherOptions['tether'];
}

export interface EmbeddedRedis {
  pid: number;
  url: string;
  exited: Promise<string>;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const START_ATTEMPTS = 3;
const READY_DEADLINE_MS = 60_000;
/** BullMQ needs 5.0 and recommends 6.2, from which on its blocking commands are exact. */
const LEAST_VERSION = 6.2;

/** The Redis or Valkey server on the PATH that is new enough for BullMQ, if any. */
export function findRedis(): RedisProgram | null {
  for (const command of ['redis-server', 'valkey-server'] as const) {
    const version = readVersion(command);
    if (version !== null && Number.parseFloat(version) >= LEAST_VERSION)
      return { command, version };
  }
  return null;
}

function readVersion(command: string): string | null {
  try {
    const output = execFileSync(command, ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return /v=(\d+\.\d+\.\d+)/.exec(output)?.[1] ?? null;
  } catch {
    return null;
  }
}

/**
 * Starts the server on a free loopback port, with a password of its own, an append-only file and no
 * eviction (an evicted key would be a lost job), and waits until it answers. It stops with
 * `stop()`, and by itself when our process dies.
 *
 * @throws AppError services_unavailable with the end of its log when it does not come up.
 */
export async function startEmbeddedRedis(
  program: RedisProgram,
  options: EmbeddedRedisOptions,
): Promise<EmbeddedRedis> {
  const account = serviceAccount();
  const folder = join(options.home, 'redis');
  makeServiceFolder(folder, account);
  const password = randomBytes(24).toString('base64url');
  const logFile = join(options.home, 'redis.log');
  for (let attempt = 1; ; attempt++) {
    const port = await findFreePort(HOST);
    const logFd = openSync(logFile, 'w', 0o600);
    // The configuration goes by standard input, so that the password is in no list of processes.
    const server = await spawnTethered(program.command, ['-'], {
      logFd,
      deathSignal: 'SIGTERM',
      account,
      cwd: '/',
      input: configuration({ port, folder, password, durable: options.durable ?? true }),
      tether: options.tether,
    }).finally(() => closeSync(logFd));
    const failure = await waitUntilReady(server, port, password);
    if (failure === null) {
      return {
        pid: server.pid,
        url: `redis://:${password}@${HOST}:${port}`,
        exited: server.exited,
        stop: () => server.stop(['SIGTERM', 'SIGKILL'], 30_000),
      };
    }
    const log = readFileSync(logFile, 'utf8');
    if (attempt < START_ATTEMPTS && log.includes('ddress already in use')) continue;
    throw new AppError(
      'services_unavailable',
      `${program.command} ${program.version} did not start (${failure}). Its log ${logFile} ends:\n` +
        `${log.trim().split('\n').slice(-5).join('\n')}\nSet REDIS_URL to a server of your own, ` +
        'or QUEUE_BACKEND=postgres to do without.',
    );
  }
}

function configuration(settings: {
  port: number;
  folder: string;
  password: string;
  durable: boolean;
}): string {
  return [
    `bind ${HOST}`,
    `port ${settings.port}`,
    'protected-mode yes',
    `requirepass ${settings.password}`,
    `dir "${settings.folder.replaceAll(/["\\]/g, '\\$&')}"`,
    'daemonize no',
    'save ""',
    `appendonly ${settings.durable ? 'yes' : 'no'}`,
    'appendfsync everysec',
    'maxmemory-policy noeviction',
    '',
  ].join('\n');
}

/** Null when the server answers, else how it failed. It loads its file before it answers PONG. */
async function waitUntilReady(
  server: TetheredProcess,
  port: number,
  password: string,
): Promise<string | null> {
  const failed = server.exited.then((how) => ({ how }));
  const deadline = Date.now() + READY_DEADLINE_MS;
  while (Date.now() < deadline) {
    if (await answersPing(port, password)) return null;
    const ended = await Promise.race([failed, sleep(20)]);
    if (ended) return ended.how;
  }
  await server.stop(['SIGTERM', 'SIGKILL'], 10_000);
  return `not ready after ${READY_DEADLINE_MS / 1000} s`;
}

function answersPing(port: number, password: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST, () => socket.end(`AUTH ${password}\r\nPING\r\n`));
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(answer.includes('+PONG')));
  });
}
