import { predictorsOf } from '@segcast/contracts';
import {
  createStats,
  driftWarning,
  mergeSampled,
  sampleOf,
  summarizeDrift,
  summarizeDrivers,
  type SampledStats,
  mergeStats,
  partialStatsSchema,
  rfmSettingsSchema,
  SEGMENT_COUNTS,
  statsOfSegment,
  summarizeStats,
  type RfmSegments,
} from '@segcast/scoring';
import type { RunRecord, RunSummaryParts, SegmentSummary, ShardPart } from '@segcast/store';

/** The names of RFM segments that a run was submitted with. */
export function rfmSegmentsOf({ rfmSettings }: Pick<RunRecord, 'rfmSettings'>): RfmSegments {
  return rfmSettingsSchema.parse(rfmSettings).segments;
}

/** The aggregates over the given parts of a run, in whatever order they come. */
export function aggregateParts(run: RunRecord, parts: readonly ShardPart[]) {
  const merged = createStats(predictorsOf(run.type));
  for (const { stats } of parts) mergeStats(merged, partialStatsSchema.parse(stats));
  return summarizeStats(merged, rfmSegmentsOf(run));
}

/** What a nightly run has found of one of its segments, by the counts of its shards. */
export function summarizeSegment(
  run: RunRecord,
  counts: Float64Array | null,
  number: number,
): SegmentSummary {
  const stats = statsOfSegment(counts, number, predictorsOf(run.type));
  const { members, successful, failed, imputed } = stats;
  const summary = summarizeStats(stats, rfmSegmentsOf(run));
  return { number, members, successful, failed, imputed, stats: summary };
}

/** What a run found, from what all of its shards did. */
export function summarizeRun(
  run: RunRecord,
  parts: readonly ShardPart[],
  counts: Float64Array | null,
): RunSummaryParts {
  const numbers = Array.from({ length: (counts?.length ?? 0) / SEGMENT_COUNTS }, (_, i) => i);
  const sampled = mergeSamples(parts);
  const drift = sampled === null ? {} : summarizeDrift(sampled);
  const warnings = [warehouseWarning(parts), driftWarning(drift, run.models)];
  return {
    stats: aggregateParts(run, parts),
    warning: warnings.filter((text) => text !== null).join(' ') || null,
    drift,
    drivers: sampled && summarizeDrivers(sampled),
    segments: numbers.map((number) => summarizeSegment(run, counts, number)),
  };
}

/** What the shards' samples show together; null where a shard has none. */
function mergeSamples(parts: readonly ShardPart[]): SampledStats | null {
  let merged: SampledStats | null = null;
  for (const { stats } of parts) {
    const part = sampleOf(stats);
    if (part === null) return null;
    if (merged === null) merged = part;
    else mergeSampled(merged, part);
  }
  return merged;
}

function warehouseWarning(parts: readonly ShardPart[]): string | null {
  const versions = new Set(parts.map(({ version }) => version));
  if (versions.size <= 1) return null;
  return `The warehouse changed while this run read it (${versions.size} versions were met): the customers are not of one state. Run it again for numbers of one moment.`;
}
