import { spawnSync } from 'node:child_process';

/** The user and group that an embedded server runs as. */
export interface ServiceAccount {
  uid: number;
  gid: number;
}

/** "nobody" on every Unix; a process may take the id without an account of that name. */
export const NOBODY = 65534;

/**
 * The account that embedded servers must drop to: PostgreSQL refuses to run as root, and Redis
 * should not. `undefined` when we are not root and servers simply run as ourselves.
 */
export function serviceAccount(): ServiceAccount | undefined {
  return process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : undefined;
}

/**
 * Whether the account can use the path (`test` flag: `-x` to run or enter, `-w` to write). Asked of
 * the kernel by a process of that account, since modes, groups and ACLs of every parent count.
 */
export function canUse(
  account: ServiceAccount | undefined,
  flag: '-x' | '-r' | '-w',
  path: string,
): boolean {
  const command = `test ${flag} "$1"`;
  const { status } = spawnSync('/bin/sh', ['-c', command, 'sh', path], {
    cwd: '/',
    stdio: 'ignore',
    ...account,
  });
  return status === 0;
}
