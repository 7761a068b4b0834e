import type { ServiceUrls } from '@segcast/runtime';
import { RunNotices } from '@segcast/store';
import pg from 'pg';
import { createApiClient, type ApiClient } from './api-client.ts';
import { startApi, startWorker, type AppProcess } from './app-process.ts';
import type { BenchService } from './bench-service.ts';
import { parentOf } from '../measure/process-facts.ts';
import { openCustomers } from './customers.ts';

/** A whole Segcast on a database of so many customers: an API and workers, each a process. */
export interface Stage {
  customers: number;
  urls: ServiceUrls;
  /** Asks the database things beside what is measured. */
  sql: pg.Pool;
  api: ApiClient;
  apiPid: number;
  /** The server's own process; null where that is not to be seen. */
  postgresPid: number | null;
  notices: RunNotices;
  workers: AppProcess[];
  /** Starts or stops workers until there are so many. */
  setWorkers(count: number): Promise<void>;
  close(): Promise<void>;
}

export async function openStage(
  service: BenchService,
  customers: number,
  say: (text: string) => void,
): Promise<Stage> {
  const urls = await openCustomers(service, customers, say);
  const sql = new pg.Pool({ connectionString: urls.databaseUrl, max: 3 });
  const notices = new RunNotices(urls.databaseUrl);
  const workers: AppProcess[] = [];
  const apiProcess = await startApi(urls);
  const setWorkers = async (count: number): Promise<void> => {
    while (workers.length < count) workers.push(await startWorker(urls));
    while (workers.length > count) await workers.pop()?.stop();
  };
  await setWorkers(1);
  return {
    customers,
    urls,
    sql,
    api: createApiClient(apiProcess.url),
    apiPid: apiProcess.pid,
    postgresPid: await readPostgresPid(sql),
    notices,
    workers,
    setWorkers,
    close: async () => {
      await setWorkers(0);
      await apiProcess.stop();
      await notices.close();
      await sql.end();
    },
  };
}

async function readPostgresPid(sql: pg.Pool): Promise<number | null> {
  const { rows } = await sql.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return parentOf(rows[0]!.pid);
}

/** Lends a stage to `use`. */
export async function withStage<T>(
  { service, say }: { service: BenchService; say: (text: string) => void },
  customers: number,
  use: (stage: Stage) => Promise<T>,
): Promise<T> {
  const stage = await openStage(service, customers, say);
  try {
    return await use(stage);
  } finally {
    await stage.close();
  }
}
