import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from '../service/stage.ts';
import { measureRun } from './measure-run.ts';

/** Runs of these segments are under way before and after `work`, each followed by another. */
export async function whileRunsGoOn(
  stage: Stage,
  segmentIds: readonly number[],
  work: () => Promise<void>,
): Promise<void> {
  let wanted = true;
  const keepOn = async (segmentId: number): Promise<void> => {
    while (wanted) await measureRun(stage, segmentId);
  };
  const runs = Promise.all(segmentIds.map(keepOn));
  try {
    await Promise.race([whenScoring(stage, segmentIds), runs]);
    await work();
  } finally {
    wanted = false;
    await runs;
  }
}

async function whenScoring({ sql }: Stage, segmentIds: readonly number[]): Promise<void> {
  for (;;) {
    const { rows } = await sql.query<{ scoring: number }>(
      `SELECT count(DISTINCT s.segment_id)::int AS scoring
       FROM segcast.runs r JOIN segcast.run_segments s ON s.run_id = r.id
       WHERE r.status = 'running' AND s.segment_id = ANY($1)`,
      [segmentIds],
    );
    if (rows[0]!.scoring === segmentIds.length) return;
    await sleep(5);
  }
}
