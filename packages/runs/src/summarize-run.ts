import { predictorsOf } from '@segcast/contracts';
import {
  createStats,
  mergeStats,
  partialStatsSchema,
  rfmSettingsSchema,
  summarizeStats,
  type RfmSegments,
} from '@segcast/scoring';
import type { RunRecord, RunSummaryParts, ShardPart } from '@segcast/store';

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

/** What a run found, from what all of its shards did. */
export function summarizeRun(run: RunRecord, parts: readonly ShardPart[]): RunSummaryParts {
  return { stats: aggregateParts(run, parts), warning: warehouseWarning(parts) };
}

function warehouseWarning(parts: readonly ShardPart[]): string | null {
  const versions = new Set(parts.map(({ version }) => version));
  if (versions.size <= 1) return null;
  return `The warehouse changed while this run read it (${versions.size} versions were met): the customers are not of one state. Run it again for numbers of one moment.`;
}
