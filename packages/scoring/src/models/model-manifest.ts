import { OFFER_COUNT } from '@segcast/contracts';
import { z } from 'zod';

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

/** Also keeps a version from leaving its folder when it becomes a path. */
export const modelVersionSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'letters, digits, ".", "_" and "-" only');

const inputSchema = z.strictObject({
  name: z.string().min(1),
  column: z.string().min(1),
  mean: z.number(),
  deviation: z.number().positive(),
  imputed: z.number(),
});
/** One input: the warehouse column, its scaler, and the value that stands in for null. */
export type ModelInput = z.infer<typeof inputSchema>;

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
    kind: z.enum(MODEL_NAMES),
    placeholder: z.boolean(),
    created_with: z.strictObject({ engine: z.string(), tfjs: z.string(), seed: z.int() }),
    inputs: z.array(inputSchema).min(1),
    outputs: z.array(z.string()),
    check_rows: z.array(checkRowSchema).min(1),
    files: z.strictObject({ 'model.json': fileSchema, 'weights.bin': fileSchema }),
    manifest_sha256: sha256,
  })
  .refine((m) => m.outputs.join() === MODEL_OUTPUTS[m.kind].join(), {
    path: ['outputs'],
    error: 'must be what this kind of model answers, in order',
  })
  .refine((m) => m.check_rows.every((row) => row.inputs.length === m.inputs.length), {
    path: ['check_rows'],
    error: 'every row needs a value for each input',
  })
  .refine((m) => m.check_rows.every((row) => row.outputs.length === m.outputs.length), {
    path: ['check_rows'],
    error: 'every row needs a value for each output',
  });
/** What `manifest.json` says of a model: its inputs with their scaler, its outputs, its proofs. */
export type ModelManifest = z.infer<typeof modelManifestSchema>;
