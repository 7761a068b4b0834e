import type { ResultFilter } from '@segcast/contracts';
import {
  predictionAt,
  presenterOf,
  readMatches,
  requireFinished,
  rfmSegmentsOf,
  type Matches,
} from '@segcast/runs';
import { readRunRecord, type RunRecord, type Store } from '@segcast/store';
import type { ApiDeps } from '../api-deps.ts';
import { csvText, csvTextForSpreadsheet } from '../http/csv.ts';
import { resultCsv } from './result-csv.ts';

export const CSV = 'text/csv' as const;
export const NDJSON = 'application/x-ndjson' as const;
export type ExportType = typeof CSV | typeof NDJSON;

/** Whether a content type that a client prefers is one of an export. */
export function isExport(type: string | false): type is ExportType {
  return type === CSV || type === NDJSON;
}

export interface ResultExport {
  runId: string;
  /** One segment of a nightly run. */
  segmentId: number | undefined;
  filter: ResultFilter;
  /** Whether formulas in text are made harmless. */
  forSpreadsheet: boolean;
}

/**
 * All results of a run that a filter lets through, as text in pieces of some hundred lines. Throws
 * at its first piece: `run_not_found`, `segment_not_found`, `run_unfinished`, `predictions_deleted`, `too_many_exports`,
 * `invalid_request`.
 */
export async function* exportResults(
  { store, exportSlots }: Pick<ApiDeps, 'store' | 'exportSlots'>,
  type: ExportType,
  request: ResultExport,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const run = await readRunRecord(store, request.runId, request.segmentId);
  requireFinished(run);
  const release = exportSlots.take();
  try {
    yield* type === CSV ? csvOf(store, run, request, signal) : linesOf(store, run, request, signal);
  } finally {
    release();
  }
}

async function* csvOf(
  store: Store,
  run: RunRecord,
  { filter, forSpreadsheet }: ResultExport,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const text = forSpreadsheet ? csvTextForSpreadsheet : csvText;
  const { header, lines } = resultCsv(run, rfmSegmentsOf(run), text);
  let before = header;
  for await (const matches of inPieces(readMatches(store, run, filter, { signal }))) {
    yield before + lines(matches);
    before = '';
  }
  if (before !== '') yield before;
}

async function* linesOf(
  store: Store,
  run: RunRecord,
  { filter }: ResultExport,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const present = await presenterOf(store, run);
  for await (const matches of inPieces(readMatches(store, run, filter, { signal }))) {
    const { chunk, places } = matches;
    let lines = '';
    for (const place of places) lines += `${JSON.stringify(present(predictionAt(chunk, place)))}\n`;
    yield lines;
  }
}

/** Lines made at once: the text of a whole chunk would be megabytes that wait for a slow client. */
const PIECE = 256;

async function* inPieces(all: AsyncIterable<Matches>): AsyncGenerator<Matches, void> {
  for await (const { chunk, places } of all) {
    for (let from = 0; from < places.length; from += PIECE) {
      yield { chunk, places: places.slice(from, from + PIECE) };
    }
  }
}
