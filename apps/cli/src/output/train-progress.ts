import type { TrainProgress } from '@segcast/training';

const STAGES = {
  reading: 'Reading customers',
  fitting: 'Fitting',
  measuring: 'Measuring',
} as const;
/** Between two redraws, in milliseconds. */
const REDRAW_MS = 100;

/** Says how far a training is: on a terminal in one line, elsewhere a line per stage. */
export function createTrainProgress(out: NodeJS.WriteStream): {
  show: (progress: TrainProgress) => void;
  stop: () => void;
} {
  let stage: TrainProgress['stage'] | undefined;
  let drawnAt = 0;
  return {
    show: (progress) => {
      if (!out.isTTY) {
        if (progress.stage !== stage) out.write(`${STAGES[progress.stage]} …\n`);
        stage = progress.stage;
        return;
      }
      if (progress.stage === stage && performance.now() - drawnAt < REDRAW_MS) return;
      stage = progress.stage;
      drawnAt = performance.now();
      out.write(`\r\x1b[K${describe(progress)}`);
    },
    stop: () => {
      if (out.isTTY && stage) out.write('\r\x1b[K');
    },
  };
}

function describe({ stage, done, total }: TrainProgress): string {
  if (stage === 'measuring') return `${STAGES[stage]} …`;
  const count = done.toLocaleString('en');
  return total === null
    ? `${STAGES[stage]}: ${count}`
    : `${STAGES[stage]}: epoch ${count} of at most ${total}`;
}
