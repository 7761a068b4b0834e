import type { LoadProgress } from '@segcast/warehouse';
import { Presets, SingleBar } from 'cli-progress';

const STAGES = { customers: 'Customers', bytes: 'Reading', features: 'Deriving features' } as const;

/** Draws how far a load is on a terminal; elsewhere a line per stage. */
export function createLoadProgress(out: NodeJS.WriteStream): {
  show: (progress: LoadProgress) => void;
  stop: () => void;
} {
  let stage: LoadProgress['stage'] | undefined;
  let bar: SingleBar | undefined;
  const stop = () => {
    bar?.stop();
    bar = undefined;
  };
  return {
    show: (progress) => {
      if (progress.stage !== stage) {
        stop();
        stage = progress.stage;
        if (progress.total === null || !out.isTTY) out.write(`${STAGES[stage]} …\n`);
        else bar = startBar(out, STAGES[stage], progress.total);
      }
      bar?.update(progress.done);
    },
    stop,
  };
}

function startBar(stream: NodeJS.WriteStream, name: string, total: number): SingleBar {
  const format = `${name} {bar} {percentage}%`;
  const bar = new SingleBar(
    { stream, format, hideCursor: true, barsize: 30 },
    Presets.shades_classic,
  );
  bar.start(total, 0);
  return bar;
}
