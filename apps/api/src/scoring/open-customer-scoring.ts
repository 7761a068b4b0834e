import { predictionTypeSchema } from '@segcast/contracts';
import type { LiveSettings } from '@segcast/runs';
import type { App, ServiceUrls } from '@segcast/runtime';
import type { Warehouse } from '@segcast/warehouse';
import type { ApiDeps } from '../api-deps.ts';
import { openCaches } from '../cache/open-caches.ts';
import { FeatureLookup } from '../customers/feature-lookup.ts';
import { CustomerScorer } from './customer-scorer.ts';
import { scorerSettings } from './scoring-terms.ts';
import type { ThreadSettings } from './thread-messages.ts';

interface Opened {
  services: ServiceUrls;
  warehouse: Warehouse;
  live: LiveSettings;
}

/** Opens what single customers are scored with, and starts its thread; closed with the process. */
export function openCustomerScoring(
  { config, log, shutdown }: App,
  { services, warehouse, live }: Opened,
): Pick<ApiDeps, 'features' | 'scorer' | 'statsCache'> {
  const { queue } = services;
  const caches = openCaches({ redis: queue.kind === 'redis' ? queue : null, log });
  shutdown.add('caches', () => caches.close());
  const settingsNow = (): ThreadSettings => ({
    storeUrl: services.databaseUrl,
    warehouse: warehouse.options,
    engine: config.scoring.engine,
    warmUp: predictionTypeSchema.options.map((type) => scorerSettings(live.settings, type)),
  });
  const scorer = new CustomerScorer(settingsNow, log);
  shutdown.add('scoring thread', () => scorer.close());
  scorer.start();
  return {
    features: new FeatureLookup(warehouse, caches.features),
    scorer,
    statsCache: caches.stats,
  };
}
