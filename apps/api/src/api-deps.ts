import type { InputColumn } from '@segcast/contracts';
import type { SubmitDeps, WebhookSettings } from '@segcast/runs';
import type { JobQueue, NightlySchedule } from '@segcast/queue';
import type { RunNotices } from '@segcast/store';
import type { Warehouse } from '@segcast/warehouse';
import type { AccessControl } from './access/access-control.ts';
import type { Caches } from './cache/open-caches.ts';
import type { FeatureLookup } from './customers/feature-lookup.ts';
import type { CustomerScorer } from './scoring/customer-scorer.ts';
import type { ExportSlots } from './exports/export-slots.ts';
import type { RunFeeds } from './runs/run-feeds.ts';

/** What handlers work with; `main.ts` and the tests construct it. */
export interface ApiDeps extends SubmitDeps {
  access: AccessControl;
  warehouse: Warehouse;
  queue: JobQueue;
  notices: RunNotices;
  /** The nightly schedule of the environment; null where it is off. */
  nightly: NightlySchedule | null;
  features: FeatureLookup;
  scorer: CustomerScorer;
  statsCache: Caches['stats'];
  exportSlots: ExportSlots;
  runFeeds: RunFeeds;
  webhooks: WebhookSettings;
  /** What must be said of the models wherever their numbers are shown. */
  warning: string | null;
  /** Makes `settings`, `warning` and `requiredColumns` those of the versions in use now. */
  refreshSettings: () => Promise<void>;
  /** The warehouse columns that the models read. */
  requiredColumns: readonly InputColumn[];
  /** Aborts when the process is asked to stop: whoever waits answers with what there is. */
  stopping: AbortSignal;
}
