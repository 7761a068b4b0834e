import { stat } from 'node:fs/promises';
import type { OnProgress } from '../load-progress.ts';
import { STDIN } from './read-lines.ts';

/** Makes a counter of the bytes read of all files, which reports how far that is. */
export async function createByteCounter(
  files: readonly string[],
  onProgress: OnProgress | undefined,
): Promise<(count: number) => void> {
  const sizes = await Promise.all(files.map(sizeOf));
  const total = sizes.reduce<number | null>(
    (sum, size) => (sum === null || size === null ? null : sum + size),
    0,
  );
  let done = 0;
  return (count) => {
    done += count;
    onProgress?.({ stage: 'bytes', done, total });
  };
}

async function sizeOf(file: string): Promise<number | null> {
  if (file === STDIN) return null;
  // A file that is not there is reported when it is opened.
  const stats = await stat(file).catch(() => null);
  return stats?.size ?? null;
}
