import type { CatalogueOffer, Segment } from '@segcast/contracts';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, launchChromium } from './support/api-chromium.ts';
import { startApiServer, type ApiServer } from './support/api-server.ts';

const executable = findChromium();
const HOSTILE = `"><script>document.title = 'hacked'</script><img src=x onerror=alert(1)>`;

let api: ApiServer;
let scored: Segment;
beforeAll(async () => {
  api = await startApiServer();
  const create = async (body: object) =>
    (await api.call('POST', '/segments/', { body })).body as Segment;
  scored = await create({ name: 'Scored', description: 'all of them' });
  await create({ name: HOSTILE, description: HOSTILE, is_active: false });
});
afterAll(() => api.close());

const overview = async () => (await api.call('GET', '//')).body as string;

describe('the page of the segments', () => {
  it('shows a segment that was never scored, and that models are placeholders', async () => {
    const page = await overview();
    expect(page).toContain('not scored yet');
    expect(page).toMatch(/role="note"[^<]*placeholders/);
    expect(page).not.toContain('http-equiv="refresh"');
    expect(page).toContain(`${api.origin}/api/loyalty/v1/segments/${scored.id}/ml/predict/`);
    for (const link of ['/admin/queues', '/docs', '/docs/errors', '/readyz']) {
      expect(page).toContain(`href="${link}"`);
      expect((await fetch(api.origin + link)).status).toBe(200);
    }
  });

  it('follows a run to its end', async () => {
    await api.call('POST', `/segments/${scored.id}/ml/predict/`);
    const during = await overview();
    expect(during).toContain('http-equiv="refresh"');
    expect(during).toContain('<progress');
    await api.startWorkers();
    await api.call('POST', `/segments/${scored.id}/ml/predict/`, {
      headers: { Prefer: 'wait=60' },
    });
    const after = await overview();
    expect(after).not.toContain('http-equiv="refresh"');
    expect(after).toContain('succeeded');
    const { body } = await api.call('GET', `/segments/${scored.id}/ml/stats/`);
    const { stats } = body as {
      stats: { churn: { high_percentage: number }; nbo: { top_offers: [string][] } };
    };
    expect(after).toContain(`<strong>${stats.churn.high_percentage.toFixed(1)}%</strong>`);
    const catalogue = (await api.call('GET', '/offers/')).body as { results: CatalogueOffer[] };
    const top = catalogue.results.find(({ offer_id }) => offer_id === stats.nbo.top_offers[0]?.[0]);
    expect(after).toContain(top?.offer_name);
    expect(after).toContain('1,000');
  });

  it('shows names as the texts they are', async () => {
    const page = await overview();
    expect(page).not.toContain('<script');
    expect(page).not.toContain('<img');
    expect(page).toContain('&lt;script&gt;');
  });

  it('keeps to itself and stays what it is when there are no segments', async () => {
    const empty = await startApiServer();
    try {
      expect((await empty.call('GET', '//')).body).toContain('no segments yet');
    } finally {
      await empty.close();
    }
  });
});

describe.skipIf(executable === null)('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium(executable ?? '');
  });
  afterAll(() => browser.close());

  it.each(['/', '/docs/errors'])(
    '%s loads nothing from elsewhere and breaks no rule',
    async (path) => {
      const page = await browser.newPage();
      const faults: string[] = [];
      page.on('console', (message) => faults.push(message.text()));
      page.on('request', (request) => {
        if (!/^data:/.test(request.url()) && request.url() !== api.origin + path)
          faults.push(request.url());
      });
      await page.goto(api.origin + path);
      await page.setViewportSize({ width: 390, height: 800 });
      const wider = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
      expect(wider).toBe(false);
      expect(await page.title()).toContain('Segcast');
      expect(faults).toEqual([]);
      await page.close();
    },
  );
});
