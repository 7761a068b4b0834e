import { z } from 'zod';
import { MODEL_NAMES } from '../models/model-manifest.ts';

const counts = z.array(z.int().nonnegative());

const inputCountsSchema = z.object({
  column: z.string(),
  /** What training counted in each bin; the last is of nulls. */
  expected: counts,
  /** What the sample of this run has in them. */
  counts,
});

const driversSchema = z.object({
  members: z.int().nonnegative(),
  /** The sums below are of probabilities, in steps of 2^-24: no order of adding can matter. */
  baseline: z.int(),
  inputs: z.array(z.object({ column: z.string(), sum: z.int(), absolute: z.int() })),
});

/** What a hashed sample of some members shows: mergeable, the same whatever the shards. */
const sampledStatsSchema = z.object({
  drift: z.partialRecord(z.enum(MODEL_NAMES), z.array(inputCountsSchema)),
  drivers: driversSchema.nullable(),
});
export type SampledStats = z.infer<typeof sampledStatsSchema>;
export type InputCounts = z.infer<typeof inputCountsSchema>;

const withSampleSchema = z.object({ sample: sampledStatsSchema });

/** What a shard keeps of its sample beside its stats; null where it has kept none. */
export function sampleOf(stats: unknown): SampledStats | null {
  return withSampleSchema.safeParse(stats).data?.sample ?? null;
}

/** Adds what other members show to `into`. Commutative and associative. */
export function mergeSampled(into: SampledStats, from: SampledStats): void {
  for (const name of MODEL_NAMES) {
    into.drift[name]?.forEach((input, index) => {
      const added = from.drift[name]?.[index];
      input.counts = input.counts.map((count, bin) => count + (added?.counts[bin] ?? 0));
    });
  }
  if (into.drivers === null || from.drivers === null) return;
  into.drivers.members += from.drivers.members;
  into.drivers.baseline += from.drivers.baseline;
  into.drivers.inputs.forEach((input, index) => {
    input.sum += from.drivers!.inputs[index]!.sum;
    input.absolute += from.drivers!.inputs[index]!.absolute;
  });
}
