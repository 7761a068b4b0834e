import { AppError, predictorsOf, type PredictionType } from '@segcast/contracts';
import { requireBackground } from '@segcast/registry';
import type { Store } from '@segcast/store';

/**
 * Churn is what is explained, by the background of the version in use.
 *
 * @throws AppError `invalid_request` for another type, `model_unexplainable` without a background.
 */
export async function requireExplainable(store: Store, type: PredictionType): Promise<void> {
  if (!predictorsOf(type).includes('churn')) {
    throw new AppError(
      'invalid_request',
      `Only churn is explained, and a run of ${type} does not score it. Ask for churn or all.`,
      { errors: [{ pointer: '/explain', detail: `is for churn and all, not for ${type}` }] },
    );
  }
  await requireBackground(store, 'churn');
}
