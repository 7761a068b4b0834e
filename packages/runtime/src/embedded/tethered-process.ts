import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';

import type { ServiceAccount } from './service-account.ts';

export interface TetherOptions {
  /** File descriptor that takes what the server prints. */
  logFd: number;
  /** Sent to the server when our process dies, however it dies. */
  deathSignal: 'SIGINT' | 'SIGTERM';
  account?: ServiceAccount | undefined;
  cwd?: string;
  /** Given to the server on its standard input. */
  input?: string;
  env?: NodeJS.ProcessEnv;
  /** How the server is told of our death; found out when absent. */
  tether?: 'kernel' | 'watchdog' | undefined;
}

/** A server that stops when we do. */
export interface TetheredProcess {
  pid: number;
  /** Resolves when the server has ended, with a word on how. */
  exited: Promise<string>;
  /** Sends the signals in turn, each after `graceMs` more, until the server has ended. */
  stop(signals: readonly NodeJS.Signals[], graceMs: number): Promise<void>;
}

/**
 * Starts a server that cannot outlive us, even when we are killed with SIGKILL: by the kernel's
 * parent death signal where `setpriv` can set it, else by a watchdog that holds a pipe to us and
 * wakes when the pipe breaks. The server has a session of its own, so that Ctrl-C reaches only us
 * and we stop things in order.
 *
 * @throws Error of `spawn` when the command cannot be run.
 */
export async function spawnTethered(
  command: string,
  args: readonly string[],
  options: TetherOptions,
): Promise<TetheredProcess> {
  const tether = options.tether ?? (hasParentDeathSignal() ? 'kernel' : 'watchdog');
  const prefix = ['--pdeathsig', options.deathSignal.slice(3), '--', command];
  const child = spawn(
    tether === 'kernel' ? 'setpriv' : command,
    tether === 'kernel' ? [...prefix, ...args] : [...args],
    {
      cwd: options.cwd ?? '/',
      detached: true,
      env: options.env ?? process.env,
      stdio: [options.input === undefined ? 'ignore' : 'pipe', options.logFd, options.logFd],
      ...options.account,
    },
  );
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      resolve(signal ? `killed by ${signal}` : `exit code ${code ?? 'unknown'}`);
    });
  });
  await once(child, 'spawn');
  child.stdin?.end(options.input);
  child.unref();
  const watchdog = tether === 'watchdog' ? startWatchdog(child.pid!, options.deathSignal) : null;
  void exited.then(() => watchdog?.kill('SIGKILL'));
  return {
    pid: child.pid!,
    exited,
    stop: (signals, graceMs) => stopProcess(child, exited, signals, graceMs),
  };
}

let parentDeathSignal: boolean | undefined;

function hasParentDeathSignal(): boolean {
  parentDeathSignal ??=
    process.platform === 'linux' &&
    spawnSync('setpriv', ['--pdeathsig', 'INT', '--', 'true'], { stdio: 'ignore' }).status === 0;
  return parentDeathSignal;
}

/** `read` returns when the only writer of its pipe, which is us, is gone. */
function startWatchdog(pid: number, signal: string): ChildProcess {
  const script = `read -r _; kill -${signal.slice(3)} "$1"`;
  const watchdog = spawn('/bin/sh', ['-c', script, 'sh', String(pid)], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watchdog.stdin.on('error', () => undefined);
  watchdog.unref();
  // Nor may the pipe keep our event loop alive; to Node it is a socket.
  if (watchdog.stdin instanceof Socket) watchdog.stdin.unref();
  return watchdog;
}

async function stopProcess(
  child: ChildProcess,
  exited: Promise<string>,
  signals: readonly NodeJS.Signals[],
  graceMs: number,
): Promise<void> {
  child.ref();
  for (const signal of signals) {
    child.kill(signal);
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), graceMs);
    });
    const ended = await Promise.race([exited.then(() => true), patience]);
    clearTimeout(timer);
    if (ended) return;
  }
  await exited;
}
