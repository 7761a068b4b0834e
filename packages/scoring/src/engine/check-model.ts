import { AppError } from '@segcast/contracts';
import type { Model } from '../models/load-models.ts';
import { standardizeRows } from '../models/standardize.ts';
import type { EngineModel } from './engine-model.ts';

/** How far an engine's answer may lie from plain arithmetic: some 80 steps of float32 at 1. */
const TOLERANCE = 1e-5;

/**
 * Has an engine compute the model's own check rows.
 *
 * @throws AppError `engine_unavailable` when an answer differs from plain arithmetic.
 */
export function checkModel(engine: string, { manifest }: Model, loaded: EngineModel): void {
  const width = manifest.outputs.length;
  const answers = predictCheckRows(manifest, loaded);
  manifest.check_rows.forEach((row, index) => {
    row.outputs.forEach((expected, output) => {
      const answer = answers[index * width + output]!;
      if (Math.abs(answer - expected) <= TOLERANCE) return;
      throw new AppError(
        'engine_unavailable',
        `The engine ${engine} is refused: for ${manifest.outputs[output]!} of check row ${index} of the model ${manifest.name} ${manifest.version} it computes ${answer}, where plain arithmetic gives ${expected} (allowed difference ${TOLERANCE}). Choose another with SCORING_ENGINE.`,
      );
    });
  });
}

/** Whether a row's answer is the same to the bit alone and among others. */
export function isBatchIndependent({ manifest }: Model, loaded: EngineModel): boolean {
  const together = predictCheckRows(manifest, loaded);
  const width = manifest.outputs.length;
  const alone = new Float32Array(width);
  return manifest.check_rows.every((row, index) => {
    loaded.predict(standardizeRows([row.inputs], manifest.inputs), 1, alone);
    return alone.every((answer, output) => Object.is(answer, together[index * width + output]));
  });
}

function predictCheckRows(manifest: Model['manifest'], loaded: EngineModel): Float32Array {
  const rows = manifest.check_rows;
  const answers = new Float32Array(rows.length * manifest.outputs.length);
  const inputs = standardizeRows(
    rows.map((row) => row.inputs),
    manifest.inputs,
  );
  loaded.predict(inputs, rows.length, answers);
  return answers;
}
