import { AppError } from '@segcast/contracts';
import { readActiveVersion, type Store } from '@segcast/store';
import { z } from 'zod';

const backgroundSchema = z.object({ background: z.array(z.unknown()).min(1) });

/** Throws `model_unexplainable` where the version in use has no background rows. */
export async function requireBackground(store: Store, model: string): Promise<void> {
  const active = await readActiveVersion(store, model);
  if (backgroundSchema.safeParse(active?.manifest).success) return;
  throw new AppError(
    'model_unexplainable',
    `The version ${active?.version ?? 'none'} of ${model} has no background customers in its manifest, so its scores cannot be explained. Leave explain out, or use a version that training made.`,
  );
}
