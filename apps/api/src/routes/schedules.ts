import {
  API_PREFIX,
  AppError,
  runSchema,
  scheduleListSchema,
  scheduleSchema,
  updateScheduleSchema,
  type Schedule,
} from '@segcast/contracts';
import { nextFiring, type NightlySchedule } from '@segcast/queue';
import { nightlyInForce, readRun, submitNightly } from '@segcast/runs';
import { readNightlySchedule, saveNightlySchedule, type ScheduleRecord } from '@segcast/store';
import type { ApiDeps } from '../api-deps.ts';
import { defineRoute } from '../http/route.ts';
import { POLL_AFTER } from '../runs/wait-for-run.ts';
import { SCHEDULE } from '../openapi/campaign-examples.ts';

const NIGHTLY = `${API_PREFIX}/schedules/nightly/`;

export const listSchedules = defineRoute({
  method: 'get',
  path: `${API_PREFIX}/schedules/`,
  summary: 'What runs by itself, and when next',
  tag: 'Schedules',
  responses: {
    200: {
      description: 'The nightly run, which is the only schedule.',
      schema: scheduleListSchema,
      example: { results: [SCHEDULE], next_cursor: null },
    },
  },
  handler: async (_request, deps) => ({
    status: 200,
    body: { results: [present(deps, await readNightlySchedule(deps.store))], next_cursor: null },
  }),
});

export const updateNightly = defineRoute({
  method: 'put',
  path: NIGHTLY,
  summary: 'Set when the nightly run is; it wins over NIGHTLY_CRON and NIGHTLY_TZ from now on',
  tag: 'Schedules',
  body: updateScheduleSchema,
  bodyExample: { pattern: '30 1 * * *', tz: 'Europe/Berlin', enabled: true },
  responses: {
    200: { description: 'As it is now.', schema: scheduleSchema, example: SCHEDULE },
  },
  handler: async ({ body }, deps) => {
    // Whether it ever fires is asked of one that is switched off too: somebody will switch it on.
    nextFiring(body);
    const stored = await saveNightlySchedule(deps.store, body);
    await putInForce(deps);
    return { status: 200, body: present(deps, stored) };
  },
});

export const runNightly = defineRoute({
  method: 'post',
  path: `${NIGHTLY}run/`,
  summary: 'Submit the nightly run now, whenever it is due',
  tag: 'Schedules',
  responses: {
    202: {
      description:
        'The run over all active segments, to be polled. It scores the features as they are: only the scheduled firing refreshes them first.',
      schema: runSchema,
      headers: {
        Location: 'The path of the run.',
        'Retry-After': 'Seconds after which polling is worth while.',
      },
    },
  },
  errors: ['no_active_segment'],
  handler: async (_request, deps) => {
    const asTheyAre = { ...deps, refreshFeatures: () => Promise.resolve() };
    const { runId } = await submitNightly(asTheyAre, new Date());
    if (runId === null) {
      throw new AppError(
        'no_active_segment',
        'No segment is active, so there is nothing for a nightly run to score. Create or activate one.',
      );
    }
    const run = await readRun(deps, runId);
    return { status: 202, headers: { Location: run.links.self ?? '', ...POLL_AFTER }, body: run };
  },
});

/** At once where the queue answers; the sweeper does it otherwise. */
async function putInForce({ store, queue, nightly, log }: ApiDeps): Promise<void> {
  try {
    await queue.upsertNightly(await nightlyInForce(store, nightly));
  } catch (error) {
    log.warn({ err: error }, 'schedule stored but not in force yet; the sweeper will do it');
  }
}

function present({ nightly }: ApiDeps, stored: ScheduleRecord | null): Schedule {
  const times = stored ?? nightly;
  const enabled = stored === null ? nightly !== null : stored.enabled;
  return {
    name: 'nightly',
    pattern: times?.pattern ?? null,
    tz: times?.tz ?? null,
    enabled,
    source: stored === null ? 'environment' : 'stored',
    next_firing_at: enabled && times !== null ? nextOf(times) : null,
    updated_at: stored?.updatedAt.toISOString() ?? null,
  };
}

/** The environment may say what never fires; the worker's log has why, and this list must go on. */
function nextOf(schedule: NightlySchedule): string | null {
  try {
    return nextFiring(schedule).toISOString();
  } catch {
    return null;
  }
}
