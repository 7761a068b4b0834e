import { setTimeout as sleep } from 'node:timers/promises';
import { isFinished, type Run } from '@segcast/contracts';
import type { Stage } from '../service/stage.ts';
import { now } from './clock.ts';
import { readCpu, spentSince, type CpuSeconds } from './cpu-seconds.ts';

/** One run from its submit to its end; durations in milliseconds. */
export interface MeasuredRun {
  run: Run;
  /** From before the submit until `finished_at`. */
  ms: number;
  cpu: CpuSeconds;
  phases: RunPhases | null;
}

/** What a run's time goes to, one after the other; milliseconds. */
export interface RunPhases {
  /** From the submit until a worker begins to plan. */
  queued: number;
  /** Until the shards are there. */
  planning: number;
  /** Until the first shard reads. */
  dispatched: number;
  /** Until the last shard reads. */
  reading: number;
  /** Until the end. */
  ending: number;
}

/** A notice may be missed: look now and then. */
const LOOK_AGAIN_MS = 2000;

/** @param phases also look when the shards are there, which costs the database some small queries */
export async function measureRun(
  stage: Stage,
  segmentId: number,
  { phases = false }: { phases?: boolean } = {},
): Promise<MeasuredRun> {
  const before = readCpu(stage);
  const submittedAt = now();
  const { run_id } = await stage.api.submit(segmentId);
  const plannedAt = phases ? await whenPlanned(stage, run_id) : null;
  const run = await whenFinished(stage, run_id);
  const finishedAt = Date.parse(run.finished_at!);
  return {
    run,
    ms: finishedAt - submittedAt,
    cpu: spentSince(stage, before),
    phases: plannedAt === null ? null : await readPhases(stage, run, submittedAt, plannedAt),
  };
}

/** A run once it has ended. @throws Error when it has failed or was cancelled. */
export async function whenFinished({ api, notices }: Stage, runId: string): Promise<Run> {
  let wake = (): void => undefined;
  const stopListening = notices.onClosed(runId, () => wake());
  try {
    for (;;) {
      // Listened for from before the look, so that no end can fall between the two.
      const closed = new Promise<void>((resolve) => (wake = resolve));
      const run = await api.read(runId);
      if (isFinished(run)) return run;
      const enough = new AbortController();
      const pause = sleep(LOOK_AGAIN_MS, undefined, enough).catch(() => undefined);
      await Promise.race([closed, pause]);
      enough.abort();
    }
  } finally {
    stopListening();
  }
}

async function whenPlanned({ sql }: Stage, runId: string): Promise<number> {
  for (;;) {
    const { rowCount } = await sql.query(
      'SELECT FROM segcast.run_shards WHERE run_id = $1 LIMIT 1',
      [runId],
    );
    if (rowCount === 1) return now();
    await sleep(1);
  }
}

async function readPhases(
  { sql }: Stage,
  run: Run,
  submittedAt: number,
  plannedAt: number,
): Promise<RunPhases> {
  const { rows } = await sql.query<{ first: Date; last: Date }>(
    `SELECT min(warehouse_read_at) AS first, max(warehouse_read_at) AS last
     FROM segcast.run_shards WHERE run_id = $1`,
    [run.run_id],
  );
  const { first, last } = rows[0]!;
  const startedAt = Date.parse(run.started_at!);
  return {
    queued: startedAt - submittedAt,
    planning: plannedAt - startedAt,
    dispatched: first.getTime() - plannedAt,
    reading: last.getTime() - first.getTime(),
    ending: Date.parse(run.finished_at!) - last.getTime(),
  };
}
