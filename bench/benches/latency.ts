import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, BenchContext } from '../bench.ts';
import { freshStore } from '../measure/fresh-store.ts';
import {
  coldReads,
  interactiveCases,
  quietCases,
  readSomeIds,
  supported,
  type LatencyCase,
  type LatencySubjects,
} from '../measure/latency-cases.ts';
import { measureRun, type MeasuredRun } from '../measure/measure-run.ts';
import { openLoop } from '../measure/open-loop.ts';
import { whileRunsGoOn } from '../measure/while-runs-go-on.ts';
import {
  presentLatency,
  type LatencyFound,
  type MeasuredCase,
} from '../report/latency-findings.ts';
import { openHttpSender, type HttpSender } from '../service/http-sender.ts';
import { createEverybody, createFirst, type BenchSegment } from '../service/segments.ts';
import { withStage, type Stage } from '../service/stage.ts';

const SMALL_MEMBERS = 100;
const WAITS_PER_ROUND = 20;
const CUSTOMERS_ASKED_FOR = 10_000;
/** Segments made at once, before anything is measured. */
const TOGETHER = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

export const latencyBench: Bench = {
  name: 'latency',
  summary: 'submit, poll, stats, one customer; also while two large runs go on',
  measure: (context) =>
    withStage(context, context.options.customers, async (stage) => {
      const sender = openHttpSender(stage.api.base);
      try {
        return presentLatency(stage.customers, await measureLatency(context, stage, sender));
      } finally {
        sender.close();
      }
    }),
};

async function measureLatency(
  { options, say }: BenchContext,
  stage: Stage,
  sender: HttpSender,
): Promise<LatencyFound> {
  const everybody = [
    await createEverybody(stage),
    await createEverybody(stage, 'Also everybody'),
  ] as const;
  const { subjects, small } = await createSubjects(stage, everybody[0].id, options.runs);
  const wanted = quietCases(subjects);
  const quiet = await supported(wanted, sender);
  const names = new Set(quiet.map(({ name }) => name));
  const busy = interactiveCases(subjects).filter(({ name }) => names.has(name));
  const found: LatencyFound = {
    quiet: quiet.map(noSamples),
    busy: busy.map(noSamples),
    missing: wanted.flatMap(({ name }) => (names.has(name) ? [] : [name])),
    waits: [],
    planned: [],
  };
  for (let round = 0; round < options.runs; round++) {
    for (const each of found.quiet) {
      await measureCase(each, round, sender);
      await whenIdle(stage);
    }
    for (let i = 0; i < WAITS_PER_ROUND; i++) found.waits.push(await timeWait(stage, small));
    await freshStore(stage);
    found.planned.push(await planned(stage, everybody[0].id));
    const ids = everybody.map(({ id }) => id);
    await whileRunsGoOn(stage, ids, async () => {
      // Not at once: every submit makes one more run that goes on.
      for (const each of found.busy) await measureCase(each, round, sender);
    });
    await freshStore(stage);
    say(`round ${round + 1} of ${options.runs}`);
  }
  return found;
}

/** When no run goes on any more, of those that were submitted and not waited for. */
async function whenIdle({ sql }: Stage): Promise<void> {
  const text = `SELECT FROM segcast.runs WHERE status IN ('queued', 'planning', 'running') LIMIT 1`;
  while ((await sql.query(text)).rowCount !== 0) await sleep(50);
}

async function createSubjects(
  stage: Stage,
  largeId: number,
  rounds: number,
): Promise<{ subjects: LatencySubjects; small: number }> {
  const first = await createFirst(stage, Math.min(SMALL_MEMBERS, stage.customers));
  const small: number[] = [];
  while (small.length < coldReads(rounds)) {
    small.push(
      ...(await Promise.all(TOGETHER.map((i) => createScored(stage, first, small.length + i)))),
    );
  }
  const { run } = await measureRun(stage, largeId);
  const customerIds = await readSomeIds(stage, CUSTOMERS_ASKED_FOR);
  const large = { segmentId: largeId, runId: run.run_id };
  return { subjects: { small, large, customerIds }, small: first.id };
}

/** Another name, another segment, of the same members; its run is finished. */
async function createScored(stage: Stage, like: BenchSegment, number: number): Promise<number> {
  const { id } = await stage.api.createSegment(`${like.name}, ${number}`, like.rules);
  await stage.api.submit(id, 60);
  return id;
}

async function measureCase(
  measured: MeasuredCase,
  round: number,
  sender: HttpSender,
): Promise<void> {
  const { rate, count, request } = measured.case;
  const { latencies, refused } = await openLoop({
    rate,
    count,
    send: (i) => sender.send(request(round * count + i)),
  });
  measured.latencies.push(...latencies);
  for (const [status, times] of Object.entries(refused)) {
    measured.refused[status] = (measured.refused[status] ?? 0) + times;
  }
}

/** Milliseconds from the submit of a small segment with `Prefer: wait` to its answer. */
async function timeWait({ api }: Stage, segmentId: number): Promise<number> {
  const started = performance.now();
  const run = await api.submit(segmentId, 60);
  if (run.status !== 'succeeded') throw new Error(`Run ${run.run_id} is ${run.status}.`);
  return performance.now() - started;
}

function planned(stage: Stage, segmentId: number): Promise<MeasuredRun> {
  return measureRun(stage, segmentId, { phases: true });
}

function noSamples(each: LatencyCase): MeasuredCase {
  return { case: each, latencies: [], refused: {} };
}
