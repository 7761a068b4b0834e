import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { AppError } from '@segcast/contracts';

import { findFreePort } from './free-port.ts';
import { preparePostgresBinaries } from './postgres-binaries.ts';
import { type Cluster, openCluster, SUPERUSER } from './postgres-cluster.ts';
import { postgresSettings } from './postgres-settings.ts';
import { releaseStaleCluster } from './stale-cluster.ts';
import { serviceAccount } from './service-account.ts';
import { spawnTethered, type TetheredProcess, type TetherOptions } from './tethered-process.ts';

export interface EmbeddedPostgresOptions {
  /** Folder of the cluster, its password and its log; see `serviceHome`. */
  home: string;
  /** False trades safety for speed: for tests, whose data nobody misses. */
  durable?: boolean;
  /** Port to take when it is free. */
  preferredPort?: number;
  tether?: TetherOptions['tether'];
}

export interface EmbeddedPostgres {
  pid: number;
  port: number;
  /** Connection URL of a database on this server, with its password. */
  urlOf(database: string): string;
  /** Resolves when the server has ended, with a word on how. */
  exited: Promise<string>;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const START_ATTEMPTS = 3;
/** Crash recovery replays at most `max_wal_size` of log, which takes minutes on a slow disk. */
const READY_DEADLINE_MS = 300_000;

/**
 * Starts the PostgreSQL of our dependencies on a free loopback port and waits until it answers. It
 * stops with `stop()`, and by itself when our process dies. As root it runs as another user.
 *
 * @throws AppError services_unavailable with the end of the server's log when it does not come up.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const account = serviceAccount();
  const durable = options.durable ?? true;
  const binaries = preparePostgresBinaries(account, options.home);
  const cluster = await openCluster(binaries, { home: options.home, account, durable });
  await releaseStaleCluster(cluster.dataDir);
  const logFile = join(options.home, 'postgres.log');
  for (let attempt = 1; ; attempt++) {
    const port = await findFreePort(HOST, attempt === 1 ? options.preferredPort : 0);
    const logFd = openSync(logFile, 'w', 0o600);
    const server = await spawnTethered(
      binaries.postgres,
      ['-D', cluster.dataDir, ...postgresSettings(port, durable)],
      { logFd, deathSignal: 'SIGINT', account, tether: options.tether, env: serverEnvironment() },
    ).finally(() => closeSync(logFd));
    const failure = await waitUntilReady(server, cluster);
    if (failure === null) return describe(server, cluster, port);
    const log = readFileSync(logFile, 'utf8');
    if (attempt < START_ATTEMPTS && log.includes('could not bind')) continue;
    throw new AppError(
      'services_unavailable',
      `The embedded PostgreSQL did not start (${failure}). Its log ${logFile} ends:\n${tail(log)}`,
    );
  }
}

function describe(server: TetheredProcess, cluster: Cluster, port: number): EmbeddedPostgres {
  return {
    pid: server.pid,
    port,
    urlOf: (database) =>
      `postgres://${SUPERUSER}:${cluster.password}@${HOST}:${port}/${encodeURIComponent(database)}`,
    exited: server.exited,
    // SIGINT ends sessions and writes a checkpoint; SIGQUIT ends at once and recovers later.
    stop: () => server.stop(['SIGINT', 'SIGQUIT', 'SIGKILL'], 30_000),
  };
}

/** Null when the server accepts connections, else how it failed. */
async function waitUntilReady(server: TetheredProcess, cluster: Cluster): Promise<string | null> {
  const failed = server.exited.then((how) => ({ how }));
  const deadline = Date.now() + READY_DEADLINE_MS;
  while (Date.now() < deadline) {
    if (readStatus(cluster.dataDir, server.pid) === 'ready') return null;
    const ended = await Promise.race([failed, sleep(20)]);
    if (ended) return ended.how;
  }
  await server.stop(['SIGINT', 'SIGQUIT', 'SIGKILL'], 10_000);
  return `not ready after ${READY_DEADLINE_MS / 1000} s`;
}

/** The eighth line of `postmaster.pid`: starting, ready, stopping. */
function readStatus(dataDir: string, pid: number): string | undefined {
  try {
    const lines = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n');
    return lines[0] === String(pid) ? lines[7]?.trim() : undefined;
  } catch {
    return undefined;
  }
}

/** Without the caller's PG* variables and locale, which would change the server's behaviour. */
function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
}

function tail(log: string): string {
  return log.trim().split('\n').slice(-5).join('\n');
}
