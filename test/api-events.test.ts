import { get, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { Run, RunSummary } from '@segcast/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { problemOf } from './support/api-answers.ts';
import { startApiServer, type ApiServer } from './support/api-server.ts';
import { until } from './support/until.ts';

let api: ApiServer;
beforeAll(async () => {
  api = await startApiServer();
});
afterAll(() => api.close());

interface Events {
  response: IncomingMessage;
  ended: Promise<unknown>;
  text: () => string;
  events: () => { id: string; event: string; run: RunSummary }[];
}

async function listen(runId: string, headers: Record<string, string> = {}): Promise<Events> {
  const url = `${api.origin}/api/loyalty/v1/ml/runs/${runId}/events`;
  const request = get(url, { headers: { Accept: 'text/event-stream', ...headers } });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  response.setEncoding('utf8').on('data', (part: string) => (text += part));
  response.on('error', () => undefined);
  const ended = new Promise((resolve) => response.once('close', resolve));
  return { response, ended, text: () => text, events: () => parse(text) };
}

function parse(text: string) {
  return [...text.matchAll(/id: (.*)\nevent: (.*)\ndata: (.*)\n\n/g)].map(
    ([, id, event, data]) => ({
      id: id!,
      event: event!,
      run: JSON.parse(data!) as RunSummary,
    }),
  );
}

it('tells many listeners of the progress and the end by one look, and ends', async () => {
  const runId = await api.service.plan(await api.service.segment());
  const all = await Promise.all(Array.from({ length: 20 }, () => listen(runId)));
  expect(api.deps.runFeeds.size).toBe(1);
  expect(all[0]!.response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
  await until('everybody knows that it runs', () => all.every((each) => each.events().length > 0));
  await api.service.finish(runId);
  await Promise.all(all.map(({ ended }) => ended));
  for (const { events } of all) {
    const told = events();
    expect(told[0]).toMatchObject({ event: 'progress', run: { status: 'running' } });
    expect(told.at(-1)).toMatchObject({
      event: 'finished',
      run: { run_id: runId, status: 'succeeded', processed: 1000 },
    });
    expect(told.filter(({ event }) => event === 'finished')).toHaveLength(1);
    expect(told[0]!.run).not.toHaveProperty('results');
  }
  expect(api.deps.runFeeds.size).toBe(0);
});

it('says nothing twice to a client that comes back', async () => {
  const runId = await api.service.plan(await api.service.segment());
  const first = await listen(runId);
  await until('it hears something', () => first.events().length > 0);
  first.response.destroy();
  const { id } = first.events().at(-1)!;
  const second = await listen(runId, { 'Last-Event-ID': id });
  await until('a heartbeat', () => second.text().split(': still here').length > 2);
  expect(second.events()).toEqual([]);
  await api.service.finish(runId);
  await second.ended;
  const { id: last } = second.events().at(-1)!;
  const { response } = await listen(runId, { 'Last-Event-ID': last });
  expect(response.statusCode).toBe(204);
  const late = await listen(runId);
  await late.ended;
  expect(late.events().map(({ event }) => event)).toEqual(['finished']);
});

// Without it every page that was ever open is looked after for ever.
it('forgets listeners that have gone', async () => {
  const runId = await api.service.plan(await api.service.segment());
  const [one, two] = [await listen(runId), await listen(runId)];
  one.response.destroy();
  await until('two hears something', () => two.events().length > 0);
  expect(api.deps.runFeeds.size).toBe(1);
  two.response.destroy();
  await until('nobody is left', () => api.deps.runFeeds.size === 0);
  await api.call('POST', `/ml/runs/${runId}/cancel/`);
});

it('does not know of runs that there are not', async () => {
  const unknown = '0199f0a0-5b1c-7c3e-9a41-6f2d8f3b7e10';
  const answer = await api.call('GET', `/ml/runs/${unknown}/events/`);
  expect(problemOf(answer)).toMatchObject({ status: 404, code: 'run_not_found' });
  expect(api.deps.runFeeds.size).toBe(0);
});

it('ends when the service does', async () => {
  const other = await startApiServer();
  const runId = await other.service.plan(await other.service.segment());
  const response = await fetch(`${other.origin}/api/loyalty/v1/ml/runs/${runId}/events/`);
  const text = response.text().catch(() => '');
  await other.close();
  expect(await text).not.toContain('finished');
});

it('a run is not sent again to whoever has it', async () => {
  const runId = await api.service.plan(await api.service.segment());
  const path = `/ml/runs/${runId}/`;
  const running = await api.call('GET', path);
  const tag = running.headers.get('etag')!;
  const headers = { 'If-None-Match': `"other", ${tag}` };
  const same = await api.call('GET', path, { headers });
  expect(same).toMatchObject({ status: 304, body: '' });
  expect(same.headers.get('etag')).toBe(tag);
  expect(same.headers.get('retry-after')).toBe('1');
  await api.service.finish(runId);
  const finished = await api.call('GET', path, { headers });
  expect(finished.status).toBe(200);
  expect((finished.body as Run).status).toBe('succeeded');
  expect(finished.headers.get('retry-after')).toBeNull();
  const again = await api.call('GET', path, {
    headers: { 'If-None-Match': finished.headers.get('etag')! },
  });
  expect(again.status).toBe(304);
});
