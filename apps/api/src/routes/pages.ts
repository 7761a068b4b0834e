import { listSegments, readOffers } from '@segcast/store';
import { z } from 'zod';
import type { ApiDeps } from '../api-deps.ts';
import { defineRoute, type Client } from '../http/route.ts';
import { renderDocs } from '../pages/docs-page.ts';
import { renderErrors } from '../pages/errors-page.ts';
import { renderOverview, type Overview } from '../pages/overview-page.ts';
import { presentSegments } from '../segments/present-segments.ts';
import { readSegmentStats } from '../segments/segment-stats.ts';

/** More than a page of people's segments; the API has the rest. */
const SHOWN_SEGMENTS = 200;

const page = (description: string) =>
  ({ description, schema: z.string(), contentType: 'text/html' }) as const;

export const overviewPage = defineRoute({
  method: 'get',
  path: '/',
  summary: 'A page of the segments with their latest stats',
  tag: 'Pages',
  responses: { 200: page('The page.') },
  handler: async ({ header, client }, deps) => ({
    status: 200,
    body: renderOverview(await readOverview(deps, header('host') ?? 'localhost', client)),
  }),
});

export const docsPage = defineRoute({
  method: 'get',
  path: '/docs',
  summary: 'A page that shows this document and tries its routes',
  tag: 'Pages',
  responses: { 200: page('The page.') },
  handler: () => ({ status: 200, body: renderDocs() }),
});

export const errorsPage = defineRoute({
  method: 'get',
  path: '/docs/errors',
  summary: 'A page of the error codes, to which the `type` of every problem leads',
  tag: 'Pages',
  responses: { 200: page('The page.') },
  handler: () => ({ status: 200, body: renderErrors() }),
});

async function readOverview(
  deps: ApiDeps,
  host: string,
  { caller, secure }: Client,
): Promise<Overview> {
  const { results, count } = await listSegments(deps.store, {}, { limit: SHOWN_SEGMENTS });
  const [segments, stats, offers] = await Promise.all([
    presentSegments(deps, results),
    readSegmentStats(deps, results),
    readOffers(deps.store),
  ]);
  const rows = segments.map((segment, index) => ({ segment, stats: stats[index]! }));
  return {
    rows,
    offers: new Map(offers.map(({ offerId, offerName }) => [offerId, offerName])),
    more: count - rows.length,
    warning: deps.warning,
    address: `${secure ? 'https' : 'http'}://${host}`,
    reader: caller,
  };
}
