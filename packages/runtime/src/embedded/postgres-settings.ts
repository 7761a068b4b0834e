import { totalmem } from 'node:os';

const MEGABYTE = 1024 * 1024;

/**
 * Server settings for one machine that also runs Segcast, as `-c` arguments. They are given at every
 * start, so a newer Segcast brings its own. Committed data is safe in spite of a crash unless
 * `durable` is false.
 */
export function postgresSettings(port: number, durable: boolean): string[] {
  const sharedBuffers = Math.min(256, Math.max(32, Math.floor(totalmem() / MEGABYTE / 8)));
  const settings: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 100,
    shared_buffers: `${sharedBuffers}MB`,
    work_mem: '16MB',
    maintenance_work_mem: '128MB',
    random_page_cost: 1.1,
    // Loading a large table checkpoints by the clock and not by the volume written.
    max_wal_size: '2GB',
    checkpoint_timeout: '15min',
    // Nobody replicates from here, and a table filled by its own transaction needs no log.
    wal_level: 'minimal',
    max_wal_senders: 0,
    // Compiling costs more than it saves on scans of a few columns.
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }),
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
