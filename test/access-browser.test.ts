import { createApiKey } from '@segcast/store';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findChromium, launchChromium } from './support/api-chromium.ts';
import { startApiServer, type ApiServer } from './support/api-server.ts';
import { until } from './support/until.ts';

const executable = findChromium();
const HOUR_MS = 3_600_000;

describe.skipIf(executable === null)('a person with a browser', () => {
  let api: ApiServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    api = await startApiServer();
    browser = await launchChromium(executable ?? '');
    // From here on a key is needed.
    await keyOf('read');
  });
  afterAll(async () => {
    await browser.close();
    await api.close();
  });
  beforeEach(async () => {
    context = await browser.newContext();
    page = await context.newPage();
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('response', (response) => {
      if (response.status() >= 400) faults.push(`${response.status()} ${response.url()}`);
    });
  });
  afterEach(() => context.close());

  async function keyOf(role: 'read' | 'write' | 'admin'): Promise<string> {
    const { store } = api.service;
    return (await createApiKey(store, { name: `${role} person`, role, expiresAt: null })).secret;
  }

  async function signIn(path: string, secret: string): Promise<void> {
    await page.goto(api.origin + path);
    await page.getByLabel('Key').fill(secret);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }

  /** What the browser gets for its cookies. */
  const status = async (path: string) => (await context.request.get(api.origin + path)).status();

  it('signs in where they wanted to go, and out again', async () => {
    await signIn('/', await keyOf('read'));
    await page.getByRole('heading', { name: 'Score a segment' }).waitFor();
    expect(page.url()).toBe(`${api.origin}/`);
    expect(await page.content()).toContain('Authorization: Bearer $SEGCAST_API_KEY');
    // The cookie opens the API too, and no script can read it.
    expect(await status('/api/loyalty/v1/segments/')).toBe(200);
    expect(await page.evaluate<string>('document.cookie')).toMatch(/^XSRF-TOKEN=[\w-]+$/);

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Key').waitFor();
    expect(page.url()).toBe(`${api.origin}/sign-in`);
    expect(await context.cookies()).toEqual([]);
    expect(await status('/api/loyalty/v1/segments/')).toBe(401);
  });

  it('is told what is wrong with a key, and goes on with the right one', async () => {
    await signIn('/docs', 'segcast_wrong');
    await page.getByRole('alert').getByText('not known here').waitFor();
    await page.getByLabel('Key').fill(await keyOf('read'));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Submit, then poll').or(page.locator('.opblock')).first().waitFor();
    expect(page.url()).toBe(`${api.origin}/docs`);
  });

  it('is not led to another site by a link to the form', async () => {
    for (const to of ['https://evil.example/', '//evil.example/', '/\\evil.example/']) {
      const answer = await fetch(`${api.origin}/sign-in`, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams({ key: await keyOf('read'), to }),
      });
      expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
    }
  });

  it('is not signed in by a form on another page', async () => {
    const answer = await fetch(`${api.origin}/sign-in`, {
      method: 'POST',
      headers: { Origin: 'https://evil.example' },
      body: new URLSearchParams({ key: await keyOf('read') }),
    });
    expect(answer.status).toBe(403);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  describe('in Bull Board', () => {
    const DELAYED = '/admin/queues/queue/runs?status=delayed';

    async function hold(jobId: string): Promise<() => Promise<unknown>> {
      const queue = api.deps.queue.boardQueues().find(({ name }) => name === 'runs')!;
      await queue.add('held', {}, { jobId, delay: HOUR_MS });
      return async () => (await queue.getJob(jobId))?.getState();
    }

    it('works in it as admin', async () => {
      const stateOf = await hold('for-the-admin');
      await signIn(DELAYED, await keyOf('admin'));
      const job = page.getByRole('link', { name: 'for-the-admin' });
      await job.waitFor();
      await page.getByRole('button', { name: 'Promote all' }).click();
      await page.getByRole('button', { name: 'Confirm' }).click();
      await until('the job waits no longer', async () => (await stateOf()) === 'waiting');
    });

    it('sees it as write, without anything to press, and is refused what it asks for', async () => {
      const stateOf = await hold('for-the-writer');
      await signIn(DELAYED, await keyOf('write'));
      await page.getByRole('link', { name: 'for-the-writer' }).waitFor();
      for (const name of ['Clean all', 'Promote all', 'Retry all']) {
        expect(await page.getByRole('button', { name }).count()).toBe(0);
      }
      const cookies = await context.cookies();
      const token = cookies.find(({ name }) => name === 'XSRF-TOKEN')?.value ?? '';
      const path = '/admin/queues/api/queues/runs/for-the-writer/clean';
      const answer = await context.request.put(api.origin + path, {
        headers: { 'X-XSRF-TOKEN': token },
      });
      const refused = [answer.status(), ((await answer.json()) as { code: string }).code];
      expect(refused).toEqual([403, 'role_too_small']);
      expect(await stateOf()).toBe('delayed');
    });

    it('does not see it as read', async () => {
      await signIn(DELAYED, await keyOf('read'));
      await page.getByText('role_too_small').waitFor();
    });
  });

  it('meets no fault of ours', () => {
    expect(faults.filter((fault) => !/^40[13] /.test(fault))).toEqual([]);
  });
});
