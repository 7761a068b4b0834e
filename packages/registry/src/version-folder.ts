import { AppError } from '@segcast/contracts';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Versions are a few kB, with their card and its plots some hundred; more is something else. */
const MOST_BYTES = 8 * 1024 * 1024;
/** No path, nothing hidden. */
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/**
 * The files of a version's folder by name.
 *
 * @throws AppError `invalid_model` naming what cannot be read, or does not belong there.
 */
export async function readVersionFolder(folder: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  let total = 0;
  for (const entry of await listFolder(folder)) {
    if (entry.name.startsWith('.')) continue;
    const file = path.join(folder, entry.name);
    if (!entry.isFile() || !FILE_NAME.test(entry.name)) {
      throw refused(file, 'is no file of a version: letters, digits, ".", "_" and "-" only');
    }
    const bytes = await readFile(file);
    total += bytes.length;
    if (total > MOST_BYTES) throw refused(folder, `holds more than ${MOST_BYTES} bytes`);
    files.set(entry.name, bytes);
  }
  return files;
}

async function listFolder(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw refused(folder, `cannot be read (${reason})`, error);
  }
}

/**
 * Writes a version's files into a folder that is new or empty.
 *
 * @throws AppError `invalid_request` when something lies there.
 */
export async function writeVersionFolder(
  folder: string,
  files: ReadonlyMap<string, Buffer>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) {
    throw new AppError('invalid_request', `The folder ${folder} is not empty. Name another one.`);
  }
  for (const [name, bytes] of files) await writeFile(path.join(folder, name), bytes);
}

function refused(where: string, fault: string, cause?: unknown): AppError {
  return new AppError('invalid_model', `${where} ${fault}.`, { cause });
}
