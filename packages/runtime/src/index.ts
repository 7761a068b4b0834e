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
export { serviceHome } from './embedded/service-home.ts';
export type { Config } from './config/config.ts';
export { loadConfig } from './config/load-config.ts';
export { createLogger, type Logger } from './logger.ts';
export { createShutdown, type Shutdown } from './shutdown.ts';
