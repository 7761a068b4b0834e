export { type Config, PROJECT_ROOT } from './config/config.ts';
export { loadConfig } from './config/load-config.ts';
export { isAccessKey } from './config/variables.ts';
export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from './embedded/postgres-server.ts';
export {
  type EmbeddedRedis,
  type EmbeddedRedisOptions,
  findRedis,
  type RedisProgram,
  startEmbeddedRedis,
} from './embedded/redis-server.ts';
export { nextFreePort } from './embedded/free-port.ts';
export { serviceHome } from './embedded/service-home.ts';
export { createLogger, type Logger } from './logger.ts';
export { type App, runApp } from './run-app.ts';
export { attachServices } from './services/attach-services.ts';
export { readRunning } from './services/instance.ts';
export type { Claimant } from './services/claim-data-dir.ts';
export {
  type Databases,
  openDatabases,
  openServices,
  type Services,
} from './services/open-services.ts';
export {
  childEnvironment,
  MALLOC_SETTINGS,
  NODE_ARGUMENTS,
  type DatabaseUrls,
  type QueueAddress,
  type ServiceUrls,
} from './services/service-urls.ts';
export { createShutdown, type Shutdown } from './shutdown.ts';
export { startThread, type StartedThread } from './start-thread.ts';
export { watchNpm } from './watch-npm.ts';
