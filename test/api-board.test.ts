import type { Run } from '@segcast/contracts';
import { openWarehouse } from '@segcast/warehouse';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, launchChromium } from './support/api-chromium.ts';
import { startApiServer, type ApiServer } from './support/api-server.ts';
import { queueConnections } from './support/services.ts';
import { until } from './support/until.ts';

const executable = findChromium();
// Only the number and the kinds matter here; each server takes the one for its own database.
const kinds = queueConnections('postgres://nowhere').map(({ kind }) => kind);

describe.skipIf(executable === null).each(kinds)('Bull Board over %s', (kind) => {
  let api: ApiServer;
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    api = await startApiServer({
      queue: (url) => queueConnections(url).find((connection) => connection.kind === kind)!,
    });
    await api.startWorkers();
    browser = await launchChromium(executable ?? '');
    page = await browser.newPage();
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    page.on('response', (response) => {
      if (response.status() >= 400) faults.push(`${response.status()} ${response.url()}`);
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(api.origin)) faults.push(`asked outside: ${request.url()}`);
    });
  });
  afterAll(async () => {
    await browser.close();
    await api.close();
  });

  const jobLink = (id: string) => page.getByRole('link', { name: id });

  it('lists the queues and the jobs in them', async () => {
    const { id } = await api.service.segment();
    const headers = { Prefer: 'wait=60' };
    const answer = await api.call('POST', `/segments/${id}/ml/predict/`, { headers });
    const run = answer.body as Run;
    expect(run.status).toBe('succeeded');

    await page.goto(`${api.origin}/admin/queues`);
    for (const name of ['runs', 'shards', 'schedules']) {
      await page.getByRole('link', { name, exact: true }).first().waitFor();
    }
    await page.getByRole('link', { name: 'runs', exact: true }).first().click();
    await jobLink(`${run.run_id}-plan-0`).waitFor();
    await page.goto(`${api.origin}/admin/queues/queue/shards?status=completed`);
    await page.getByText(run.run_id).first().waitFor();
  });

  it('retries a failed job, whose run then goes on', async () => {
    const { planDeps, warehouse } = api.service;
    const away = openWarehouse({ ...warehouse.options, url: 'postgres://nobody@127.0.0.1:1/none' });
    planDeps.warehouse = away;
    const { id } = await api.service.segment({ '==': [{ var: 'country' }, 'FR'] });
    const { run_id } = (await api.call('POST', `/segments/${id}/ml/predict/`)).body as Run;
    await until('the plan may be tried again', async () => {
      const rows = await api.service.sql(
        `SELECT FROM segcast.runs WHERE id = $1 AND attempt > 0 AND lease_until IS NULL
           AND not_before BETWEEN created_at AND clock_timestamp()`,
        [run_id],
      );
      return rows.length === 1;
    });
    planDeps.warehouse = warehouse;
    await away.close();

    await page.goto(`${api.origin}/admin/queues/queue/runs?status=failed`);
    const job = jobLink(`${run_id}-plan-0`);
    await job.waitFor();
    await page.getByText('ECONNREFUSED').first().waitFor();
    await job.locator('xpath=following::button[1]').click();
    await page.getByRole('button', { name: 'Confirm' }).click();
    await job.waitFor({ state: 'detached' });
    await until('the run has succeeded', async () => {
      const { body } = await api.call('GET', `/ml/runs/${run_id}/`);
      return (body as Run).status === 'succeeded';
    });
    await page.goto(`${api.origin}/admin/queues/queue/runs?status=completed`);
    await job.waitFor();
  });

  it('is without faults of its own', () => {
    expect(faults).toEqual([]);
  });
});
