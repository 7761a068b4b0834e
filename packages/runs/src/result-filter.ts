import {
  AppError,
  predictorsOf,
  type ChurnThresholds,
  type Predictor,
  type ResultFilter,
} from '@segcast/contracts';
import { churnRisk, rfmCodesOf, shortestFloat32 } from '@segcast/scoring';
import type { ChunkBounds, RunRecord, StoredChunk } from '@segcast/store';
import { rfmSegmentsOf } from './summarize-run.ts';

/** Whether the customer at a place of a chunk is wanted. */
type Test = (chunk: StoredChunk, place: number) => boolean;

/** A filter as it is applied to chunks: `bounds` says which to read, `matches` whom to take. */
export interface CompiledFilter {
  bounds: ChunkBounds;
  matches: Test;
}

/** What each part of a filter looks at. */
const LOOKS_AT: Partial<Record<keyof ResultFilter, Predictor>> = {
  risk: 'churn',
  min_probability: 'churn',
  max_probability: 'churn',
  offer: 'nbo',
  rfm_segment: 'rfm',
};

/**
 * Prepares a filter for a run's chunks. What it means is what the results show: a probability shown
 * as 0.7 is at least 0.7, and risks and names are those of the run. Throws `invalid_request` when it
 * asks for what the run did not compute or for an RFM segment that it does not have.
 */
export function compileFilter(run: RunRecord, filter: ResultFilter): CompiledFilter {
  refuseAbsentPredictors(run, filter);
  const tests: Test[] = [];
  const bounds: ChunkBounds = {};
  if (filter.customer_id !== undefined) {
    bounds.customerId = filter.customer_id;
    tests.push(({ customerIds }, place) => customerIds.at(place) === filter.customer_id);
  }
  addProbability(bounds, tests, run.churnThresholds, filter);
  if (filter.offer !== undefined) {
    const offer = (bounds.offer = Number(filter.offer.slice('offer_'.length)));
    tests.push(({ offers }, place) => offers !== null && recommendedOffer(offers, place) === offer);
  }
  if (filter.rfm_segment !== undefined) {
    const codes = new Set((bounds.rfmCodes = codesNamed(run, filter.rfm_segment)));
    tests.push(({ rfm }, place) => rfm !== null && codes.has(rfm.code[place]!));
  }
  return { bounds, matches: (chunk, place) => tests.every((test) => test(chunk, place)) };
}

/** The index of the best offer at a place, the first among equals. */
export function recommendedOffer(offers: readonly Float32Array[], place: number): number {
  let best = 0;
  for (let offer = 1; offer < offers.length; offer++) {
    if (offers[offer]![place]! > offers[best]![place]!) best = offer;
  }
  return best;
}

function refuseAbsentPredictors({ id, type }: RunRecord, filter: ResultFilter): void {
  for (const [name, predictor] of Object.entries(LOOKS_AT)) {
    if (filter[name as keyof ResultFilter] === undefined) continue;
    if (predictorsOf(type).includes(predictor)) continue;
    throw refused(name, `run ${id} computed ${type} only, and this looks at ${predictor}`);
  }
}

/** Thresholds and bounds are compared as the float32 that they are stored as, risks as they are shown. */
function addProbability(
  bounds: ChunkBounds,
  tests: Test[],
  thresholds: ChurnThresholds,
  { risk, min_probability: least, max_probability: most }: ResultFilter,
): void {
  const [high, medium] = [Math.fround(thresholds.high), Math.fround(thresholds.medium)];
  const lowest: number[] = [];
  const highest: number[] = [];
  if (risk !== undefined) {
    if (risk !== 'low') lowest.push(risk === 'high' ? high : medium);
    if (risk !== 'high') highest.push(risk === 'low' ? medium : high);
    tests.push(
      ({ churn }, place) => churn !== null && churnRisk(churn[place]!, thresholds) === risk,
    );
  }
  if (least !== undefined) {
    lowest.push(Math.fround(least));
    tests.push(probabilityTest((shown) => shown >= least, Math.fround(least)));
  }
  if (most !== undefined) {
    highest.push(Math.fround(most));
    tests.push(probabilityTest((shown) => shown <= most, Math.fround(most)));
  }
  if (lowest.length > 0) bounds.atLeast = Math.max(...lowest);
  if (highest.length > 0) bounds.atMost = Math.min(...highest);
}

/**
 * A test on the probability shown. Rounding keeps the order, so that only what is stored as `edge`
 * itself must be looked at as it is shown, and that once.
 */
function probabilityTest(holds: (shown: number) => boolean, edge: number): Test {
  const onEdge = holds(shortestFloat32(edge));
  return ({ churn }, place) => {
    const stored = churn?.[place];
    if (stored === undefined) return false;
    return stored === edge ? onEdge : holds(stored);
  };
}

function codesNamed(run: RunRecord, name: string): number[] {
  const segments = rfmSegmentsOf(run);
  const codes = rfmCodesOf(name, segments);
  if (codes.length > 0) return codes;
  const names = new Set(Object.values(segments).flatMap((row) => Object.values(row)));
  throw refused('rfm_segment', `run ${run.id} knows ${[...names].sort().join(', ')}`);
}

function refused(parameter: string, detail: string): AppError {
  return new AppError('invalid_request', `The filter ${parameter} cannot be met: ${detail}.`, {
    errors: [{ pointer: `/${parameter}`, detail }],
  });
}
