import { AppError, OFFER_COUNT } from '@segcast/contracts';
import type { ModelManifest } from '../models/model-manifest.ts';

/** @throws AppError `invalid_model` for a model with more offers than a run keeps. */
export function requireRunnable({ name, version, outputs }: ModelManifest): void {
  if (outputs.length <= OFFER_COUNT) return;
  throw new AppError(
    'invalid_model',
    `The model ${name} ${version} has ${outputs.length} offers, and a run keeps the scores of ${OFFER_COUNT}. Train one with at most ${OFFER_COUNT} offers to score segments with it.`,
  );
}

/** The scores of a model with fewer offers, row-major `width`, in rows of `OFFER_COUNT`. */
export function spreadOffers(answers: Float32Array, offers: Float32Array, size: number): void {
  const width = (answers.length * OFFER_COUNT) / offers.length;
  offers.fill(0, 0, size * OFFER_COUNT);
  for (let row = 0; row < size; row++) {
    for (let offer = 0; offer < width; offer++) {
      offers[row * OFFER_COUNT + offer] = answers[row * width + offer]!;
    }
  }
}
