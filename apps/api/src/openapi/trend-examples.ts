import type { z } from 'zod';
import type { healthTableSchema, trendSchema } from '@segcast/contracts';
import { SEGMENT_STATS } from './examples.ts';

const { run_id, computed_at, segment_id, segment_name, stats } = SEGMENT_STATS;

export const TREND: z.infer<typeof trendSchema> = {
  segment_id,
  segment_name,
  metric: 'churn.avg_probability',
  results: [
    {
      run_id: run_id!,
      computed_at: computed_at!,
      member_count: 1000,
      stats: { churn: stats.churn },
      value: stats.churn.avg_probability,
    },
  ],
  next_cursor: null,
};

export const HEALTH_TABLE: z.infer<typeof healthTableSchema> = {
  count: 1,
  results: [
    {
      ...SEGMENT_STATS,
      change: {
        since: '2026-01-04T02:00:00.170Z',
        members: 12,
        churn: { avg_probability: 0.013, high: 9, high_percentage: 0.8 },
        nbo: { avg_confidence: -0.002 },
        rfm: { avg_r: 0.1, avg_f: 0, avg_m: -0.1 },
      },
    },
  ],
  next_cursor: null,
};
