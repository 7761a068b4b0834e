import { setTimeout as sleep } from 'node:timers/promises';

import { isFinished, type Run } from '@segcast/contracts';
import { MultiBar, Presets, type SingleBar } from 'cli-progress';

import type { SegcastApi } from '../api/segcast-api.ts';
import { formatInteger } from './format-number.ts';

const POLL_MS = 150;

export interface WatchOptions {
  signal?: AbortSignal;
  /** Told of every state seen, in the order of `runs`. */
  onProgress?: (runs: readonly Run[]) => void;
}

/** Polls runs until all are finished; resolves to their last states, in the same order. */
export async function watchRuns(
  api: SegcastApi,
  runs: readonly Run[],
  { signal, onProgress }: WatchOptions = {},
): Promise<Run[]> {
  let states = [...runs];
  for (;;) {
    onProgress?.(states);
    if (states.every(isFinished)) return states;
    await sleep(POLL_MS, undefined, signal ? { signal } : {});
    states = await Promise.all(
      states.map(async (run) => (isFinished(run) ? run : await api.getRun(run.run_id))),
    );
  }
}

/** Draws a bar per run on a terminal; elsewhere nothing, since a log is no place for bars. */
export function createProgressBars(out: NodeJS.WriteStream): {
  show: (runs: readonly Run[]) => void;
  stop: () => void;
} {
  if (!out.isTTY) return { show: () => undefined, stop: () => undefined };
  const bars = new MultiBar(
    {
      stream: out,
      hideCursor: true,
      clearOnComplete: false,
      format: '  {name} {bar} {percentage}%  {count} customers',
      barsize: 30,
    },
    Presets.shades_classic,
  );
  const drawn: SingleBar[] = [];
  return {
    show: (runs) => {
      const width = Math.max(...runs.map(({ segment_name }) => segment_name?.length ?? 0));
      runs.forEach((run, i) => {
        const { total, processed } = run.progress;
        const payload = {
          name: (run.segment_name ?? '').padEnd(width),
          count: formatInteger(processed),
        };
        const bar = (drawn[i] ??= bars.create(1, 0, payload));
        // An empty segment is done, not at 0 of 0.
        bar.setTotal(Math.max(total, 1));
        bar.update(run.status === 'succeeded' ? Math.max(total, 1) : processed, payload);
      });
    },
    stop: () => bars.stop(),
  };
}
