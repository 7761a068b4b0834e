import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { API_PREFIX } from '@segcast/contracts';
import { startJobWorkers, type JobWorkers, type QueueConnection } from '@segcast/queue';
import { deliver, planShards, runShard, runTraining, withActiveModels } from '@segcast/runs';
import { placeholderWarning } from '@segcast/scoring';
import { RunNotices } from '@segcast/store';
import type { ApiDeps } from '../../apps/api/src/api-deps.ts';
import { AccessControl } from '../../apps/api/src/access/access-control.ts';
import { createRateLimits, type RateLimitOptions } from '../../apps/api/src/access/rate-limits.ts';
import { openCaches } from '../../apps/api/src/cache/open-caches.ts';
import { createApp } from '../../apps/api/src/create-app.ts';
import { FeatureLookup } from '../../apps/api/src/customers/feature-lookup.ts';
import { CustomerScorer } from '../../apps/api/src/scoring/customer-scorer.ts';
import { ExportSlots } from '../../apps/api/src/exports/export-slots.ts';
import { RunFeeds } from '../../apps/api/src/runs/run-feeds.ts';
import { checkAnswer, type Answer } from './api-answers.ts';
import { createRunService, type RunService, type RunServiceOptions } from './run-service.ts';

export interface CallOptions {
  /** Sent as JSON; a text or bytes are sent as they are. */
  body?: unknown;
  headers?: Record<string, string>;
}

/** The API over a real socket, on a fresh database and queue. */
export interface ApiServer {
  service: RunService;
  deps: ApiDeps;
  /** `http://127.0.0.1:port` */
  origin: string;
  /**
   * Calls a path, below the API's prefix unless it starts with another slash (`//healthz`), and
   * checks the answer against the route table.
   */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Real workers; without them runs stay queued. */
  startWorkers(): Promise<void>;
  close(): Promise<void>;
}

export interface AccessSettings extends Omit<RateLimitOptions, 'queue'> {
  mayBeOpen: boolean;
  sessionMs: number;
  trustProxy: number | string[];
}

export interface ApiServerOptions extends RunServiceOptions {
  access?: Partial<AccessSettings>;
  /** The Redis that caches are kept in; by default the process itself. */
  cacheRedis?: string | null;
  deps?: Partial<ApiDeps>;
}

export async function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  let connection: QueueConnection | undefined;
  const service = await createRunService({
    ...options,
    queue: (url) =>
      (connection = options.queue?.(url) ?? { kind: 'postgres', url, schema: 'bullmq' }),
  });
  const notices = new RunNotices(service.url);
  const stopping = new AbortController();
  const redisUrl = options.cacheRedis ?? null;
  const prefix = `{test-${randomUUID()}}`;
  const caches = openCaches({
    redis: redisUrl === null ? null : { url: redisUrl, prefix },
    log: service.submitDeps.log,
  });
  // Its thread starts with the first customer that a test wants scored.
  const scorer = new CustomerScorer(
    () => ({
      storeUrl: service.url,
      warehouse: service.warehouse.options,
      engine: 'tfjs-wasm',
      warmUp: [],
    }),
    service.submitDeps.log,
  );
  const settings = { mayBeOpen: true, sessionMs: 3_600_000, trustProxy: null, ...options.access };
  const limits = createRateLimits({
    queue: connection!,
    requestsPerMinute: 0,
    failuresPerMinute: 1000,
    ...options.access,
  });
  const deps: ApiDeps = {
    access: new AccessControl({
      ...settings,
      store: service.store,
      failures: limits.failures,
      log: service.submitDeps.log,
    }),
    ...service.submitDeps,
    refreshSettings: async () => {
      deps.settings = await withActiveModels(service.store, deps.settings);
      deps.warning = placeholderWarning(deps.settings.models);
    },
    warehouse: service.warehouse,
    queue: service.queue,
    notices,
    nightly: { pattern: '0 2 * * *', tz: 'UTC' },
    exportSlots: new ExportSlots(2),
    webhooks: service.deliverDeps.webhooks,
    runFeeds: new RunFeeds({ store: service.store, notices, pollMs: 50, heartbeatMs: 200 }),
    warning: placeholderWarning(service.submitDeps.settings.models),
    features: new FeatureLookup(service.warehouse, caches.features),
    scorer,
    statsCache: caches.stats,
    requiredColumns: ['total_revenue', 'transaction_count'],
    stopping: stopping.signal,
    ...options.deps,
  };
  const server = createServer(createApp(deps, { ...settings, limitKeys: limits.perKey })).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let workers: JobWorkers | undefined;

  return {
    service,
    deps,
    origin,
    call: (method, path, { body, headers = {} } = {}) =>
      checkAnswer(method, toPath(path), () =>
        fetch(origin + toPath(path), {
          method,
          headers,
          redirect: 'manual',
          ...(body !== undefined && { body: toBody(body) }),
        }),
      ),
    startWorkers: async () => {
      workers = await startJobWorkers(
        connection!,
        {
          planRun: (job) => planShards(service.planDeps, job),
          scoreShard: (job) => runShard(service.shardDeps, job),
          deliver: (job) => deliver(service.deliverDeps, job),
          trainModel: (job) => runTraining(service.trainDeps, job),
          nightly: () => Promise.resolve(),
        },
        { shardConcurrency: 2, onError: () => undefined },
      );
    },
    close: async () => {
      stopping.abort();
      await closeServer(server);
      await workers?.close();
      limits.close();
      await notices.close();
      await scorer.close();
      caches.close();
      await service.close();
    },
  };
}

function toPath(path: string): string {
  return path.startsWith('//') ? path.slice(1) : API_PREFIX + path;
}

function toBody(body: unknown): string | Uint8Array<ArrayBuffer> {
  return typeof body === 'string' || body instanceof Uint8Array
    ? (body as string | Uint8Array<ArrayBuffer>)
    : JSON.stringify(body);
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
