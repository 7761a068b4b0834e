import type { Predictor } from '@segcast/contracts';
import type { Store } from './open-store.ts';

/** The newest succeeded run of each predictor and the one before it, null where there is none. */
export interface LatestRunIds {
  segmentId: number;
  predictor: Predictor;
  latest: string | null;
  previous: string | null;
}

/** Cheap to ask for: only ids, from the index. What is derived from these runs may be kept by them. */
export function latestRunIds(store: Store, segmentIds: readonly number[]): Promise<LatestRunIds[]> {
  return store.rows<LatestRunIds>(
    `SELECT wanted.segment_id AS "segmentId", p.predictor,
       (array_agg(found.run_id ORDER BY found.run_id DESC))[1] AS latest,
       (array_agg(found.run_id ORDER BY found.run_id DESC))[2] AS previous
     FROM unnest($1::integer[]) AS wanted (segment_id)
     CROSS JOIN unnest(ARRAY['churn', 'nbo', 'rfm']) AS p (predictor)
     LEFT JOIN LATERAL (
       SELECT l.run_id FROM segcast.run_segments l JOIN segcast.runs r ON r.id = l.run_id
       WHERE l.segment_id = wanted.segment_id AND l.error IS NULL AND r.status = 'succeeded'
         AND r.type IN ('all', p.predictor)
       ORDER BY l.run_id DESC LIMIT 2
     ) found ON true
     GROUP BY wanted.segment_id, p.predictor ORDER BY wanted.segment_id, p.predictor`,
    [segmentIds],
  );
}
