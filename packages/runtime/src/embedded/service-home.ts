import { createHash, randomUUID } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { canUse, type ServiceAccount, serviceAccount } from './service-account.ts';

/** Where a server that cannot enter the data directory keeps its files (as root only). */
const SYSTEM_ROOT = process.platform === 'linux' ? '/var/lib/segcast' : '/usr/local/var/segcast';

/**
 * The folder for what embedded servers own: the data directory itself, or, when their account
 * cannot enter that (it lies under a 0700 home), a folder of its own outside. The outside folder is tied to
 * the data directory by an id kept in it, so that deleting the data directory starts afresh.
 */
export function serviceHome(dataDir: string, systemRoot: string = SYSTEM_ROOT): string {
  makeEnterable(dataDir);
  if (canUse(serviceAccount(), '-x', dataDir)) return dataDir;
  const home = join(systemRoot, homeName(dataDir));
  makeEnterable(systemRoot);
  makeEnterable(home);
  return home;
}

/** Creates a folder that others may pass through and not list, whatever the umask. */
export function makeEnterable(path: string): void {
  if (mkdirSync(path, { recursive: true }) !== undefined) chmodSync(path, 0o711);
}

function homeName(dataDir: string): string {
  const idFile = join(dataDir, 'home-id');
  if (!existsSync(idFile)) writeFileSync(idFile, randomUUID());
  return createHash('sha256')
    .update(`${dataDir}\n${readFileSync(idFile, 'utf8')}`)
    .digest('hex')
    .slice(0, 16);
}

/** Creates a private folder that belongs to the account, with its parents. */
export function makeServiceFolder(path: string, account: ServiceAccount | undefined): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (account) chownSync(path, account.uid, account.gid);
}
