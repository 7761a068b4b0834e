import { AppError } from '@segcast/contracts';
import { startJobWorkers, type JobWorkers, type ReportError } from '@segcast/queue';
import { dispatchDue, sweep, type ClaimSettings } from '@segcast/runs';
import type { App } from '@segcast/runtime';
import { RunNotices } from '@segcast/store';
import { checkWarehouse } from '@segcast/warehouse';
import { giveWay } from './give-way.ts';
import { createJobHandlers } from './job-handlers.ts';
import { openDeps, type WorkerDeps } from './open-deps.ts';
import { startSweeper } from './start-sweeper.ts';
import { SHARDS_PER_THREAD } from './threads/scoring-pool.ts';

/** Claims are renewed at least this often, in milliseconds. */
const HEARTBEAT_MS = 1000;
/** Shards in hand may end in this time when the worker is stopped; then they are given back. */
const FINISH_MS = 8000;
/** And in this time they are given back. */
const ABORT_MS = 2000;

/** Takes jobs and sweeps until the process ends, and then ends both in order. */
export async function startWorker(app: App): Promise<void> {
  const { config, log, shutdown } = app;
  giveWay(app);
  const deps = await openDeps(app);
  const { settings, warning } = deps.live;
  if (warning !== null) log.warn({ models: settings.models }, warning);
  await reportWarehouse(app, deps);

  const { shardLeaseMs, maxShardClaims, keepRuns, sweepIntervalMs } = config.runs;
  const claims: ClaimSettings = {
    leaseMs: shardLeaseMs,
    heartbeatMs: Math.min(HEARTBEAT_MS, shardLeaseMs / 3),
    maxClaims: maxShardClaims,
  };
  const { store, queue, pool, services } = deps;
  const { threads } = config.scoring;
  const handlers = createJobHandlers(app, deps, claims);
  const workers = await startJobWorkers(services.queue, handlers, {
    shardConcurrency: SHARDS_PER_THREAD * threads,
    onError: reportTo(app),
  });
  shutdown.add('job workers', () => finishJobs(workers, deps, app));
  const { nightly } = config;
  const notices = new RunNotices(services.databaseUrl);
  shutdown.add('run notices', () => notices.close());
  // What is missed here the sweeper finds.
  notices.onAnyClosed(() => void dispatchDue({ store, queue }).catch(() => undefined));
  const sweepOnce = () => sweep({ store, queue, claims, keepRuns, nightly, log });
  const sweeper = startSweeper(sweepOnce, sweepIntervalMs, log);
  shutdown.add('sweeper', () => sweeper.stop());
  log.info({ engine: pool.engine, threads, queue: services.queue.kind }, 'worker ready');
}

/** Runs say themselves what is missing; a warehouse that is filled later needs no restart. */
async function reportWarehouse({ log }: App, deps: WorkerDeps): Promise<void> {
  try {
    await checkWarehouse(deps.warehouse, deps.live.requiredColumns);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log.warn({ err: error }, `runs will fail: ${message}`);
  }
}

/** A failed job has been logged with its stack by whoever knows what it means. */
function reportTo({ log }: App): ReportError {
  return (error, context) => {
    if (context?.jobId === undefined) log.error({ err: error, ...context }, 'job queue in trouble');
    else log.warn(context, `job failed: ${error.message}`);
  };
}

async function finishJobs(
  workers: JobWorkers,
  { pool, trainer }: WorkerDeps,
  { log }: App,
): Promise<void> {
  // It would take minutes, and another worker can begin it anew at once.
  trainer.stop(new AppError('internal', 'The worker was stopped while it trained this model.'));
  const giveBack = setTimeout(() => {
    log.warn('shards in hand are given back: they took too long to end');
    pool.abort(new AppError('internal', 'The worker was stopped while it scored this shard.'));
  }, FINISH_MS);
  // What does not listen is ended with its thread.
  const cutOff = setTimeout(() => void pool.close(), FINISH_MS + ABORT_MS);
  await workers.close();
  clearTimeout(giveBack);
  clearTimeout(cutOff);
}
