import { accessSync, constants, realpathSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { AppError } from '@segcast/contracts';

import { makeEnterable } from '../embedded/service-home.ts';
import { claimInstance, type Instance, type InstanceRecord } from './instance.ts';
import type { ServiceUrls } from './service-urls.ts';

const POLL_MS = 200;

export interface Claimant {
  /** As a person would name it: `segcast import`. */
  command: string;
  /** Told, for people, why it takes a while. */
  notify: (text: string) => void;
}

/**
 * The data directory for `segcast up`, once no other command uses it.
 *
 * @throws AppError already_running when another `segcast up` has it.
 */
export async function claimForUp(dataDir: string, claimant: Claimant): Promise<Instance> {
  const claim = await waitForClaim(dataDir, 'up', claimant, (holder) => holder.role === 'up');
  if ('pid' in claim) throw alreadyRunning(claim, dataDir);
  return claim;
}

/** The data directory for one command, or the services of a running `segcast up` to share. */
export async function claimForCommand(
  dataDir: string,
  claimant: Claimant,
): Promise<Instance | ServiceUrls> {
  const claim = await waitForClaim(
    dataDir,
    'command',
    claimant,
    (holder) => holder.role === 'up' && holder.services !== undefined,
  );
  return 'pid' in claim ? claim.services! : claim;
}

/**
 * The same path for all that mean the same folder, which is created.
 *
 * @throws AppError services_unavailable when we may not write to it.
 */
export function prepareDataDir(dataDir: string): string {
  try {
    makeEnterable(dataDir);
    accessSync(dataDir, constants.W_OK | constants.X_OK);
    return realpathSync(dataDir);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError(
      'services_unavailable',
      `The data directory ${dataDir} cannot be used (${reason}). Start Segcast as the user to whom ` +
        'it belongs, or set SEGCAST_DATA_DIR to another folder.',
      { cause: error },
    );
  }
}

async function waitForClaim(
  dataDir: string,
  role: InstanceRecord['role'],
  { command, notify }: Claimant,
  isAnswer: (holder: InstanceRecord) => boolean,
): Promise<Instance | InstanceRecord> {
  for (let told = 0; ;) {
    const claim = claimInstance(dataDir, { role, command });
    if (!('pid' in claim) || isAnswer(claim)) return claim;
    if (told !== claim.pid) {
      notify(`Waiting for ${claim.command} (process ${claim.pid}), which uses ${dataDir}.`);
    }
    told = claim.pid;
    await sleep(POLL_MS);
  }
}

function alreadyRunning(holder: InstanceRecord, dataDir: string): AppError {
  const where = holder.apiUrl ? `running at ${holder.apiUrl}` : 'just starting';
  return new AppError(
    'already_running',
    `Segcast is already ${where} (process ${holder.pid}, data in ${dataDir}). Use that one, or ` +
      'stop it first; with another SEGCAST_DATA_DIR and PORT a second one can run beside it.',
  );
}
