import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { MachineFacts } from '../measure/machine.ts';
import type { Findings } from './findings.ts';

/** What one bench found, with what it takes to judge and repeat it. */
export interface Result {
  bench: string;
  /** The command that measures it again. */
  command: string;
  measuredAt: string;
  customers: number;
  runs: number;
  machine: MachineFacts;
  findings: Findings;
}

/** The results in a file, each bench's last one; none when there is no file. */
export function readResults(file: string): Result[] {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Result[]) : [];
}

/** Puts a result in the place of the one before of the same bench. */
export function keepResult(file: string, result: Result): void {
  const others = readResults(file).filter(({ bench }) => bench !== result.bench);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify([...others, result], null, 2)}\n`);
}
