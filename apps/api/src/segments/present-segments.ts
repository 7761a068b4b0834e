import type { Segment } from '@segcast/contracts';
import { latestRunRecords, type SegmentRecord } from '@segcast/store';
import { toRunSummaries } from '@segcast/runs';
import type { ApiDeps } from '../api-deps.ts';

/** Segments as clients see them, each with its latest run. */
export async function presentSegments(
  deps: ApiDeps,
  records: readonly SegmentRecord[],
): Promise<Segment[]> {
  const ids = records.map(({ id }) => id);
  const latest = await latestRunRecords(deps.store, ids, { succeeded: false });
  const summaries = await toRunSummaries(deps, [...latest.values()]);
  const bySegment = new Map(summaries.map((summary) => [summary.segment_id, summary]));
  return records.map((record) => ({
    id: record.id,
    name: record.name,
    description: record.description,
    rules: record.rules,
    is_active: record.isActive,
    churn_thresholds: record.churnThresholds,
    member_count: record.memberCount,
    recalculated_at: record.recalculatedAt?.toISOString() ?? null,
    latest_run: bySegment.get(record.id) ?? null,
    created_at: record.createdAt.toISOString(),
    updated_at: record.updatedAt.toISOString(),
  }));
}

export async function presentSegment(deps: ApiDeps, record: SegmentRecord): Promise<Segment> {
  return (await presentSegments(deps, [record]))[0]!;
}
