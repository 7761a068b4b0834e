import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { processIdentity } from '../process-table.ts';
import type { ServiceUrls } from './service-urls.ts';

/** The process that runs the embedded services of a data directory, for others to find. */
export interface InstanceRecord {
  pid: number;
  identity: string | null;
  /** `up` shares its services; a `command` has them for itself until it ends. */
  role: 'up' | 'command';
  /** As a person would name it: `segcast up`. */
  command: string;
  /** Absent until they answer. */
  services?: ServiceUrls;
  /** Absent until the API answers. */
  apiUrl?: string;
}

export interface Instance {
  /** Tells others more about us. */
  publish(news: Pick<InstanceRecord, 'services' | 'apiUrl'>): void;
  release(): void;
}

/**
 * Takes the data directory for this process, or answers who has it. Of several processes at once
 * exactly one gets it; one that died without releasing it has lost it.
 */
export function claimInstance(
  dataDir: string,
  who: Pick<InstanceRecord, 'role' | 'command'>,
): Instance | InstanceRecord {
  mkdirSync(dataDir, { recursive: true });
  const file = recordFile(dataDir);
  const record = { pid: process.pid, identity: processIdentity(process.pid), ...who };
  for (;;) {
    if (writeNew(file, record)) return ownInstance(file, record);
    const holder = readRunning(dataDir);
    if (holder) return holder;
    removeStale(file);
  }
}

/** Who runs the services of this data directory, if anybody. */
export function readRunning(dataDir: string): InstanceRecord | null {
  try {
    const record = JSON.parse(readFileSync(recordFile(dataDir), 'utf8')) as InstanceRecord;
    return isLive(record) ? record : null;
  } catch {
    return null;
  }
}

function recordFile(dataDir: string): string {
  return join(dataDir, 'instance.json');
}

function isLive(record: InstanceRecord): boolean {
  const identity = processIdentity(record.pid);
  return identity !== null && identity === record.identity;
}

/** A link is made in one step with its content, and never over another. It holds passwords. */
function writeNew(file: string, record: InstanceRecord): boolean {
  const draft = writeDraft(file, record);
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function writeDraft(file: string, record: InstanceRecord): string {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(record, null, 2), { mode: 0o600 });
  return draft;
}

/** Moved aside first and looked at again: another process may have replaced it by its own. */
function removeStale(file: string): void {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
    if (isLive(JSON.parse(readFileSync(aside, 'utf8')) as InstanceRecord)) linkSync(aside, file);
  } catch {
    // Somebody else removed it, or it holds no record: either way it is out of the way.
  } finally {
    rmSync(aside, { force: true });
  }
}

function ownInstance(file: string, record: InstanceRecord): Instance {
  let current = record;
  return {
    publish(news) {
      current = { ...current, ...news };
      renameSync(writeDraft(file, current), file);
    },
    release: () => rmSync(file, { force: true }),
  };
}
