import type { JobHandlers } from '@segcast/queue';
import {
  planShards,
  deliver,
  readConfiguredRfm,
  runShard,
  runTraining,
  submitNightly,
  takeQuintiles,
  type ClaimSettings,
} from '@segcast/runs';
import type { App } from '@segcast/runtime';
import { refreshFeatures } from '@segcast/warehouse';
import type { WorkerDeps } from './open-deps.ts';

/** What this worker does with each kind of job. */
export function createJobHandlers(
  { config, log }: Pick<App, 'config' | 'log'>,
  { services, store, warehouse, queue, pool, trainer, live }: WorkerDeps,
  claims: ClaimSettings,
): JobHandlers {
  const { shardSize } = config.scoring;
  const { engine } = pool;
  const refresh = async (): Promise<void> => {
    const { relation } = config.warehouse;
    const report = await refreshFeatures(services.warehouseAdminUrl, { relation });
    log.info(report, report.refreshed ? 'features refreshed' : 'features not refreshed');
    if (config.rfm.mode === 'thresholds') return;
    const taken = await takeQuintiles({ store, warehouse }, await readConfiguredRfm(config.rfm));
    log.info(taken.switched, 'RFM quintiles taken');
  };
  return {
    planRun: (job) => planShards({ store, warehouse, queue, claims, engine, shardSize, log }, job),
    scoreShard: (job) => {
      const capabilities = { engines: [engine] };
      return runShard({ store, claims, capabilities, scoreShard: pool.scoreShard, log }, job);
    },
    trainModel: (job) => runTraining({ store, claims, trainModel: trainer.trainModel, log }, job),
    deliver: (job) => deliver({ store, webhooks: config.webhooks, log }, job),
    nightly: async (scheduledFor) => {
      const { maxActiveRuns } = config.runs;
      const { settings } = live;
      const deps = { store, queue, settings, maxActiveRuns, log, refreshFeatures: refresh };
      await submitNightly(deps, scheduledFor);
    },
  };
}
