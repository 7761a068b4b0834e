import type { JobHandlers } from '@segcast/queue';
import { planShards, runShard, submitNightly, type ClaimSettings } from '@segcast/runs';
import type { App } from '@segcast/runtime';
import { refreshFeatures } from '@segcast/warehouse';
import { listModelVersions } from './model-versions.ts';
import type { WorkerDeps } from './open-deps.ts';

/** What this worker does with each kind of job. */
export function createJobHandlers(
  { config, log }: Pick<App, 'config' | 'log'>,
  { services, store, warehouse, queue, pool, settings }: WorkerDeps,
  claims: ClaimSettings,
): JobHandlers {
  const { shardSize, modelsDir } = config.scoring;
  const { engine } = pool;
  const refresh = async (): Promise<void> => {
    const { relation } = config.warehouse;
    const report = await refreshFeatures(services.warehouseAdminUrl, { relation });
    log.info(report, report.refreshed ? 'features refreshed' : 'features not refreshed');
  };
  return {
    planRun: (job) => planShards({ store, warehouse, queue, claims, engine, shardSize, log }, job),
    scoreShard: async (job) => {
      const capabilities = { engines: [engine], ...(await listModelVersions(modelsDir)) };
      await runShard({ store, claims, capabilities, scoreShard: pool.scoreShard, log }, job);
    },
    nightly: async (scheduledFor) => {
      const { maxActiveRuns } = config.runs;
      const deps = { store, queue, settings, maxActiveRuns, log, refreshFeatures: refresh };
      await submitNightly(deps, scheduledFor);
    },
  };
}
