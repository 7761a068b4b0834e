import type { SegmentStats } from '@segcast/contracts';
import { latestRunIds, type SegmentRecord } from '@segcast/store';
import type { ApiDeps } from '../api-deps.ts';
import { etagOf } from '../http/etag.ts';
import { readSegmentStats } from './segment-stats.ts';

/** Grows when the same facts come to be shown otherwise, so that no older answer is taken for it. */
const FORMAT = 1;

/**
 * A tag for each segment of all that decides its stats: the segment as it was written and counted
 * last, the newest runs of each predictor and the ones before, and what a run submitted now would
 * be scored with. So nothing ever has to be dropped from a cache that keeps stats by it.
 */
export async function statsTags(
  { store, settings }: Pick<ApiDeps, 'store' | 'settings'>,
  segments: readonly SegmentRecord[],
): Promise<string[]> {
  const found = await latestRunIds(
    store,
    segments.map(({ id }) => id),
  );
  const runs = new Map<number, (string | null)[]>();
  for (const { segmentId, latest, previous } of found) {
    runs.set(segmentId, [...(runs.get(segmentId) ?? []), latest, previous]);
  }
  const { models, churnThresholds } = settings;
  return segments.map(({ id, version, memberCount, recalculatedAt }) => {
    const ids = runs.get(id);
    return etagOf(FORMAT, id, version, memberCount, recalculatedAt, ids, models, churnThresholds);
  });
}

/** The stats of a segment, kept for an hour under their tag. */
export async function cachedSegmentStats(
  deps: ApiDeps,
  segment: SegmentRecord,
  tag: string,
): Promise<SegmentStats> {
  const kept = await deps.statsCache.get(tag);
  if (kept !== undefined) return kept;
  const [stats] = await readSegmentStats(deps, [segment]);
  void deps.statsCache.set(tag, stats!);
  return stats!;
}
