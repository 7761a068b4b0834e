import { API_PREFIX, isFinished } from '@segcast/contracts';
import { toRunSummaries } from '@segcast/runs';
import { readRunRecord } from '@segcast/store';
import type { ApiDeps } from '../api-deps.ts';
import { EVENT_STREAM } from '../http/send-stream.ts';
import { defineRoute } from '../http/route.ts';
import type { RunState } from '../runs/run-feeds.ts';
import { versionOf } from '../runs/run-version.ts';
import { runParams } from './parameters.ts';

/** Milliseconds after which a browser connects again. */
const RETRY = 'retry: 2000\n\n';
const EXAMPLE = `id: 4kq2…\nevent: progress\ndata: {"run_id": "…", "status": "running", …}\n\n`;

export const runEvents = defineRoute({
  method: 'get',
  path: `${API_PREFIX}/ml/runs/{run_id}/events/`,
  summary: 'The progress of a run as server-sent events, until it is finished',
  tag: 'Runs',
  params: runParams,
  headers: {
    'Last-Event-ID': 'The id of the last event that was received: it is not sent again.',
  },
  responses: {
    200: {
      description:
        '`progress` whenever the run has got on and `finished` once at the end, each with the run without its results as JSON. A comment now and then keeps the connection open.',
      streams: { [EVENT_STREAM]: EXAMPLE },
    },
    204: { description: 'The client has had `finished` already: there is nothing to come.' },
  },
  errors: ['run_not_found'],
  handler: async ({ params, header, signal }, deps) => {
    const last = header('last-event-id');
    if (last !== undefined && (await hasEndedAs(deps, params.run_id, last))) {
      return { status: 204 };
    }
    const until = AbortSignal.any([signal, deps.stopping]);
    const chunks = eventsOf(deps.runFeeds.follow(params.run_id, until), last);
    // Some proxies hold back what they think is a page.
    const headers = { 'X-Accel-Buffering': 'no' };
    return { status: 200, headers, stream: { contentType: EVENT_STREAM, chunks } };
  },
});

async function hasEndedAs({ store }: ApiDeps, runId: string, last: string): Promise<boolean> {
  const [run] = await toRunSummaries({ store }, [await readRunRecord(store, runId)]);
  return isFinished(run!) && versionOf(run!) === last;
}

async function* eventsOf(
  states: AsyncIterable<RunState | null>,
  last: string | undefined,
): AsyncGenerator<string, void> {
  let before = RETRY;
  for await (const state of states) {
    yield before + (state === null || state.version === last ? ': still here\n\n' : eventOf(state));
    before = '';
  }
}

function eventOf({ version, run }: RunState): string {
  const event = isFinished(run) ? 'finished' : 'progress';
  return `id: ${version}\nevent: ${event}\ndata: ${JSON.stringify(run)}\n\n`;
}
