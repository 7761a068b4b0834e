import { OFFER_COUNT } from '@segcast/contracts';
import { z } from 'zod';
import { inputSchema } from './manifest-input.ts';
import {
  backgroundSchema,
  bgnbdSchema,
  calibrationSchema,
  modelMetricsSchema,
  trainedOfferSchema,
  trainingSchema,
} from './manifest-training.ts';

export type { ModelInput } from './manifest-input.ts';

/** The models Segcast runs; each is a folder of this name under the models folder. */
export const MODEL_NAMES = ['churn', 'nbo'] as const;
export type ModelName = (typeof MODEL_NAMES)[number];

/** The ids of the offers, in the order of the next best offer model's outputs. */
export const OFFER_IDS: readonly string[] = Array.from(
  { length: OFFER_COUNT },
  (_, index) => `offer_${index}`,
);

/** What each kind of model answers for a customer, in order. */
export const MODEL_OUTPUTS: Record<ModelName, readonly string[]> = {
  churn: ['churn_probability'],
  nbo: OFFER_IDS,
};

/** Networks for churn and for offers, and a formula for churn. */
const MODEL_KINDS = [...MODEL_NAMES, 'bgnbd'] as const;
const MAX_OFFERS = 64;

/** Also keeps a version from leaving its folder when it becomes a path. */
export const modelVersionSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'letters, digits, ".", "_" and "-" only');

const checkRowSchema = z.strictObject({
  inputs: z.array(z.number().nullable()),
  outputs: z.array(z.number().min(0).max(1)),
});
/** Raw feature values and what plain arithmetic makes of them; every engine must agree. */
export type CheckRow = z.infer<typeof checkRowSchema>;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a lower-case SHA-256 in hex');
const fileSchema = z.strictObject({ bytes: z.int().positive(), sha256 });

export const modelManifestSchema = z
  .strictObject({
    name: z.enum(MODEL_NAMES),
    version: modelVersionSchema,
    kind: z.enum(MODEL_KINDS),
    placeholder: z.boolean(),
    created_with: z.strictObject({ engine: z.string(), tfjs: z.string(), seed: z.int() }),
    inputs: z.array(inputSchema).min(1),
    outputs: z.array(z.string()),
    calibration: calibrationSchema.optional(),
    bgnbd: bgnbdSchema.optional(),
    offers: z.array(trainedOfferSchema).optional(),
    training: trainingSchema.optional(),
    metrics: modelMetricsSchema.optional(),
    background: backgroundSchema.optional(),
    check_rows: z.array(checkRowSchema).min(1),
    /** Absent where the model is a formula. */
    files: z.strictObject({ 'model.json': fileSchema, 'weights.bin': fileSchema }).optional(),
    manifest_sha256: sha256,
  })
  .refine((m) => m.name === (m.kind === 'bgnbd' ? 'churn' : m.kind), {
    path: ['kind'],
    error: 'is not a kind of the model named',
  })
  .refine((m) => areOutputsOf(m.kind, m.outputs), {
    path: ['outputs'],
    error: 'must be what this kind of model answers, in order',
  })
  .refine((m) => (m.kind === 'bgnbd') === (m.bgnbd !== undefined), {
    path: ['bgnbd'],
    error: 'belongs to the kind bgnbd, and to no other',
  })
  .refine((m) => (m.kind === 'bgnbd') === (m.files === undefined), {
    path: ['files'],
    error: 'belong to a network, and a network needs them',
  })
  .refine((m) => m.check_rows.every((row) => row.inputs.length === m.inputs.length), {
    path: ['check_rows'],
    error: 'every row needs a value for each input',
  })
  .refine((m) => m.background?.every((row) => row.length === m.inputs.length) ?? true, {
    path: ['background'],
    error: 'every row needs a value for each input',
  })
  .refine((m) => m.check_rows.every((row) => row.outputs.length === m.outputs.length), {
    path: ['check_rows'],
    error: 'every row needs a value for each output',
  });
/** What `manifest.json` says of a model: its inputs with their scaler, its outputs, its proofs. */
export type ModelManifest = z.infer<typeof modelManifestSchema>;
/** Size and hash of a network's two files. */
export type ModelFiles = NonNullable<ModelManifest['files']>;
type ModelKind = (typeof MODEL_KINDS)[number];

function areOutputsOf(kind: ModelKind, outputs: readonly string[]): boolean {
  if (kind !== 'nbo') return outputs.join() === MODEL_OUTPUTS.churn.join();
  const ids = outputs.map((_, index) => `offer_${index}`);
  return outputs.length >= 2 && outputs.length <= MAX_OFFERS && outputs.join() === ids.join();
}
