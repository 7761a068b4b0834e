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
