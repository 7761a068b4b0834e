import { API_PREFIX } from '@segcast/contracts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, launchChromium } from './support/api-chromium.ts';
import { startApiServer, type ApiServer } from './support/api-server.ts';

const executable = findChromium();

let api: ApiServer;
beforeAll(async () => {
  api = await startApiServer();
});
afterAll(() => api.close());

describe('the files of the viewer', () => {
  it('are those the page asks for, under a policy that lets nothing in from elsewhere', async () => {
    const page = await fetch(`${api.origin}/docs`);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    const asked = [...(await page.text()).matchAll(/(?:src|href)="(\/docs\/[^"]+)"/g)];
    expect(asked).toHaveLength(3);
    for (const [, path] of asked) expect((await fetch(api.origin + path!)).status).toBe(200);
    for (const hidden of ['package.json', 'swagger-ui.js.map', '..%2fpackage.json', '']) {
      expect((await fetch(`${api.origin}/docs/viewer/${hidden}`)).status).toBe(404);
    }
  });
});

describe.skipIf(executable === null)('the viewer in a browser', () => {
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];
  beforeAll(async () => {
    browser = await launchChromium(executable ?? '');
    page = await browser.newPage();
    page.on('console', (message) => faults.push(message.text()));
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(`${api.origin}/`) && !request.url().startsWith('data:')) {
        faults.push(`asked outside: ${request.url()}`);
      }
    });
  });
  afterAll(() => browser.close());

  it('shows every operation of the document', async () => {
    const { paths } = (await api.call('GET', '//openapi.json')).body as {
      paths: Record<string, object>;
    };
    const operations = Object.values(paths).flatMap((path) => Object.keys(path));
    await page.goto(`${api.origin}/docs`);
    await page.locator('.opblock').first().waitFor();
    const shown = await page.locator('.opblock-summary').count();
    expect(shown).toBe(operations.length);
    expect(await page.title()).toBe('Segcast: API');
  });

  it('tries a route and shows its answer', async () => {
    const { name } = await api.service.segment();
    const block = page.locator('.opblock', {
      has: page.locator(`[data-path="${API_PREFIX}/segments/"]`),
      hasText: 'GET',
    });
    await block.locator('.opblock-summary-control').click();
    await block.getByRole('button', { name: 'Try it out' }).click();
    await block.getByRole('button', { name: 'Execute' }).click();
    const answer = block.locator('.live-responses-table .highlight-code').first();
    await answer.getByText(name).waitFor();
  });

  it('asks nobody else and breaks no rule of its page', () => {
    expect(faults).toEqual([]);
  });
});
