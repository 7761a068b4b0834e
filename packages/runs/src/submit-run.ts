import { AppError, predictorsOf, type PredictionType, type Run } from '@segcast/contracts';
import { hashRule } from '@segcast/rules';
import type { UsedModels } from '@segcast/scoring';
import {
  findKeyedRun,
  listActiveSegments,
  readSegment,
  type FrozenSegment,
  readRunRecord,
  type IdempotencyKey,
  type NewRun,
  type RunRecord,
  type SegmentRecord,
  type Store,
} from '@segcast/store';
import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { dedupKey } from './dedup-key.ts';
import { insertAndDispatch, type Enqueue } from './insert-and-dispatch.ts';
import { presentRun } from './present-run.ts';
import { requireExplainable } from './require-explainable.ts';
import type { RunSettings, SubmitDeps } from './run-deps.ts';
import { withActiveModels } from './with-active-models.ts';

export interface SubmitRequest {
  segmentId: number;
  type: PredictionType;
  /** Told when the run has ended. */
  callbackUrl?: string | undefined;
  /** For 24 hours the same key answers the same run. */
  idempotency?: Pick<IdempotencyKey, 'apiKeyId' | 'key'> | undefined;
  /** Whether to explain what drives the members' churn. */
  explain?: boolean;
}

export interface SubmittedRun {
  run: Run;
  /** Whether an equal run was active already and is answered instead. */
  deduplicated: boolean;
}

/**
 * Submits a run that scores every member of a segment. It is safe once this resolves: the queue
 * only makes it start sooner. Throws `segment_not_found`, `segment_inactive`, `queue_full`,
 * `idempotency_in_flight`, `idempotency_key_reused`, and `model_unexplainable` or `invalid_request`
 * when there is nothing to explain.
 */
export async function submitRun(deps: SubmitDeps, request: SubmitRequest): Promise<SubmittedRun> {
  const { segmentId, type, explain = false, callbackUrl = null } = request;
  const idempotency = request.idempotency ? keyOf(request, request.idempotency) : null;
  // A key stands for its run whatever has become of the segment since.
  const known = idempotency === null ? null : await findKeyedRun(deps.store, idempotency);
  if (known !== null) {
    return presentSubmitted(deps, await readRunRecord(deps.store, known.runId), known.deduplicated);
  }
  const [segment, settings] = await Promise.all([
    readSegment(deps.store, segmentId),
    withActiveModels(deps.store, deps.settings),
  ]);
  if (!segment.isActive) {
    throw new AppError(
      'segment_inactive',
      `Segment ${segmentId} "${segment.name}" is inactive. Activate it to score its members.`,
    );
  }
  if (explain) await requireExplainable(deps.store, type);
  const scoring = { ...freezeScoring(type, settings), explain };
  const frozen = freezeSegment(segment, settings);
  const newRun: NewRun = {
    ...scoring,
    id: uuidv7(),
    kind: 'segment',
    dedupKey: dedupKey({ ...scoring, ...frozen }),
    scheduledFor: null,
    segments: [frozen],
    whole: null,
  };
  const asked = { callbackUrl, idempotency };
  const submitted = await insertAndDispatch(deps, newRun, planOf(deps), asked);
  return presentSubmitted(deps, submitted.run, submitted.deduplicated);
}

/** The key with all that decides whether a request is the same. */
function keyOf(
  { segmentId, type, explain = false, callbackUrl }: SubmitRequest,
  { apiKeyId, key }: Pick<IdempotencyKey, 'apiKeyId' | 'key'>,
): IdempotencyKey {
  const asked = JSON.stringify([segmentId, type, explain, callbackUrl ?? null]);
  return { apiKeyId, key, requestHash: createHash('sha256').update(asked).digest('hex') };
}

/** A run as whoever submitted it is answered. */
export async function presentSubmitted(
  deps: { store: Store },
  run: RunRecord,
  deduplicated: boolean,
): Promise<SubmittedRun> {
  const presented = await presentRun(deps, run);
  return deduplicated
    ? { run: { ...presented, deduplicated }, deduplicated }
    : { run: presented, deduplicated };
}

export interface SubmittedNight {
  /** Null when no segment is active. */
  runId: string | null;
  /** False when the firing has been delivered before. */
  inserted: boolean;
}

/**
 * Submits the run of a nightly firing, of all predictors and all active segments, once
 * `refreshFeatures` has brought the warehouse up to date. A firing delivered again, as queues may
 * do, adds nothing: there is one nightly run of a scheduled time.
 */
export async function submitNightly(
  deps: SubmitDeps & { refreshFeatures: () => Promise<void> },
  scheduledFor: Date,
): Promise<SubmittedNight> {
  await deps.refreshFeatures();
  const { log } = deps;
  const settings = await withActiveModels(deps.store, deps.settings);
  const active = await listActiveSegments(deps.store);
  if (active.length === 0) {
    log.info({ scheduledFor }, 'no nightly run: no segment is active');
    return { runId: null, inserted: false };
  }
  const segments = active.map((segment) => freezeSegment(segment, settings));
  const newRun: NewRun = {
    ...freezeScoring('all', settings),
    id: uuidv7(),
    kind: 'nightly',
    dedupKey: `nightly ${scheduledFor.toISOString()}`,
    scheduledFor,
    segments,
    whole: { ruleHash: hashRules(segments), churnThresholds: settings.churnThresholds },
  };
  const { run, inserted } = await insertAndDispatch(deps, newRun, planOf(deps));
  const facts = { scheduledFor, runId: run.id, segments: segments.length };
  log.info(facts, inserted ? 'nightly run submitted' : 'nightly run was submitted before');
  return { runId: run.id, inserted };
}

function planOf({ queue }: SubmitDeps): Enqueue {
  return (runId) => queue.planRun({ run_id: runId, dispatch: 0 });
}

function hashRules(segments: readonly FrozenSegment[]): string {
  const rules = segments.map(({ segmentId, ruleHash }) => [segmentId, ruleHash]);
  return createHash('sha256').update(JSON.stringify(rules)).digest('hex');
}

function freezeScoring(type: PredictionType, settings: RunSettings) {
  const models: UsedModels = {};
  for (const predictor of predictorsOf(type)) models[predictor] = settings.models[predictor];
  return { type, engine: settings.engine, models, rfmSettings: settings.rfm };
}

function freezeSegment(segment: SegmentRecord, settings: RunSettings): FrozenSegment {
  return {
    segmentId: segment.id,
    segmentName: segment.name,
    rules: segment.rules,
    ruleHash: hashRule(segment.rules),
    churnThresholds: segment.churnThresholds ?? settings.churnThresholds,
  };
}
