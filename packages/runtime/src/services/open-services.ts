import type { Config } from '../config/config.ts';
import { type Claimant, claimForCommand, claimForUp, prepareDataDir } from './claim-data-dir.ts';
import type { Instance } from './instance.ts';
import { openDatabase } from './open-database.ts';
import { openQueue } from './open-queue.ts';
import { type DatabaseUrls, type ServiceUrls, toDatabaseUrls } from './service-urls.ts';

export interface Services {
  urls: ServiceUrls;
  /** For people: what they are and where they come from. */
  database: string;
  queue: string;
  /** Resolves, with a word on what happened, when a server started here ends unasked. */
  failed: Promise<string>;
  /** Tells other processes where the API is. */
  publishApi(apiUrl: string): void;
  /** Stops what was started here, and nothing else. */
  close(): Promise<void>;
}

export interface Databases extends DatabaseUrls {
  /** Stops the server if it was started for this. */
  close(): Promise<void>;
}

type Release = () => Promise<void> | void;

/**
 * Database and queue for `segcast up`: given or started, and shared with other processes on the
 * same data directory until `close()`.
 *
 * @throws AppError already_running when another `segcast up` has the data directory;
 *   services_unavailable when something does not start.
 */
export async function openServices(given: Config, claimant: Claimant): Promise<Services> {
  const config = { ...given, dataDir: prepareDataDir(given.dataDir) };
  const instance = await claimForUp(config.dataDir, claimant);
  const releases: Release[] = [() => instance.release()];
  const close = () => releaseAll(releases);
  try {
    return { ...(await startServices(config, instance, releases)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startServices(
  config: Config,
  instance: Instance,
  releases: Release[],
): Promise<Omit<Services, 'close'>> {
  const failures: Promise<string>[] = [];
  const watch = (name: string, exited: Promise<string>) =>
    failures.push(exited.then((how) => `${name} ended unexpectedly (${how})`));

  const database = await openDatabase(config);
  if (database.server) {
    const { server } = database;
    releases.push(() => server.stop());
    watch('The embedded PostgreSQL', server.exited);
  }
  const queue = await openQueue(config, database.url);
  if (queue.server) {
    const { server } = queue;
    releases.push(() => server.stop());
    watch('The Redis that was started here', server.exited);
  }
  const urls = { ...toDatabaseUrls(config, database.url), queue: queue.address };
  instance.publish({ services: urls });
  return {
    urls,
    database: database.description,
    queue: queue.description,
    failed: failures.length > 0 ? Promise.race(failures) : new Promise(() => undefined),
    publishApi: (apiUrl) => instance.publish({ apiUrl }),
  };
}

/**
 * The databases for one command: given, or shared with a running `segcast up`, or started until
 * `close()`. A command that is started for itself while another one is waits for its end.
 *
 * @throws AppError services_unavailable when the database does not start.
 */
export async function openDatabases(given: Config, claimant: Claimant): Promise<Databases> {
  const config = { ...given, dataDir: prepareDataDir(given.dataDir) };
  const releases: Release[] = [];
  try {
    const databaseUrl = config.databaseUrl ?? (await findOrStart(config, claimant, releases));
    return { ...toDatabaseUrls(config, databaseUrl), close: () => releaseAll(releases) };
  } catch (error) {
    await releaseAll(releases);
    throw error;
  }
}

async function findOrStart(
  config: Config,
  claimant: Claimant,
  releases: Release[],
): Promise<string> {
  const claim = await claimForCommand(config.dataDir, claimant);
  if ('databaseUrl' in claim) return claim.databaseUrl;
  releases.push(() => claim.release());
  const { url, server } = await openDatabase(config);
  if (server) releases.push(() => server.stop());
  return url;
}

/** Last opened, first closed; a second call finds nothing left. */
async function releaseAll(releases: Release[]): Promise<void> {
  for (let release = releases.pop(); release; release = releases.pop()) await release();
}
