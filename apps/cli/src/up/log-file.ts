import { existsSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

const MOST_BYTES = 20 * 1024 * 1024;
const TAIL_LINES = 5;

/** The log of one of our processes; a large one is put aside first, in place of the last such. */
export function prepareLogFile(dataDir: string, name: string): string {
  const folder = join(dataDir, 'logs');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.log`);
  if (existsSync(file) && statSync(file).size > MOST_BYTES) renameSync(file, `${file}.1`);
  return file;
}

/** The last words of a log for a person: its messages, whether they were logged or just printed. */
export function readLogTail(file: string): string {
  if (!existsSync(file)) return '';
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.slice(-TAIL_LINES).map(toMessage).join('\n');
}

function toMessage(line: string): string {
  try {
    const { msg, err } = JSON.parse(line) as { msg?: string; err?: { message?: string } };
    return [msg, err?.message].filter(Boolean).join(': ') || line;
  } catch {
    return line;
  }
}
