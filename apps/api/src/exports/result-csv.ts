import {
  OFFER_COUNT,
  predictorsOf,
  type ChurnThresholds,
  type Predictor,
} from '@segcast/contracts';
import { recommendedOffer, type Matches } from '@segcast/runs';
import { churnRisk, rfmScores, rfmSegmentName, shortestFloat32 } from '@segcast/scoring';
import type { RfmSegments } from '@segcast/scoring';
import type { RunRecord, StoredChunk } from '@segcast/store';

const LINE_END = '\r\n';

const COLUMNS: Record<Predictor, readonly string[]> = {
  churn: ['churn_probability', 'churn_risk'],
  nbo: [
    'recommended_offer',
    'confidence',
    ...Array.from({ length: OFFER_COUNT }, (_, offer) => `offer_${offer}`),
  ],
  rfm: [
    ...['recency', 'frequency', 'monetary', 'r_score', 'f_score', 'm_score'],
    ...['rfm_code', 'rfm_segment'],
  ],
};

/** The fields of one prediction, each with a comma before it. */
type Fields = (chunk: StoredChunk, place: number) => string;

/** How a run's results are written as CSV (RFC 4180). */
export interface ResultCsv {
  header: string;
  /** The lines of a chunk's matches in one text. */
  lines: (matches: Matches) => string;
}

/**
 * CSV of a run's results, with the columns of the predictors it has. Straight from the stored
 * columns: an object per customer would take ten times as long.
 * @param text How a text becomes a field.
 */
export function resultCsv(
  run: Pick<RunRecord, 'type' | 'churnThresholds'>,
  segments: RfmSegments,
  text: (value: string) => string,
): ResultCsv {
  const predictors = predictorsOf(run.type);
  const writers: Record<Predictor, () => Fields> = {
    churn: () => churnFields(run.churnThresholds),
    nbo: () => nboFields,
    rfm: () => rfmFields(segments, text),
  };
  const fields = predictors.map((predictor) => writers[predictor]());
  const names = ['customer_id', ...predictors.flatMap((predictor) => COLUMNS[predictor])];
  return {
    header: names.join(',') + LINE_END,
    lines: ({ chunk, places }) => {
      let lines = '';
      for (const place of places) {
        lines += text(chunk.customerIds.at(place));
        for (const write of fields) lines += write(chunk, place);
        lines += LINE_END;
      }
      return lines;
    },
  };
}

function churnFields(thresholds: ChurnThresholds): Fields {
  return ({ churn }, place) => {
    const probability = churn![place]!;
    return `,${shortestFloat32(probability)},${churnRisk(probability, thresholds)}`;
  };
}

const nboFields: Fields = ({ offers }, place) => {
  const best = recommendedOffer(offers!, place);
  let scores = '';
  let confidence = '';
  for (let offer = 0; offer < offers!.length; offer++) {
    const score = `,${shortestFloat32(offers![offer]![place]!)}`;
    if (offer === best) confidence = score;
    scores += score;
  }
  return `,offer_${best}${confidence}${scores}`;
};

function rfmFields(segments: RfmSegments, text: (value: string) => string): Fields {
  const ofCode = new Map<number, string>();
  const describe = (code: number): string => {
    const { r, f, m } = rfmScores(code);
    const fields = `,${r},${f},${m},${code},${text(rfmSegmentName(code, segments))}`;
    ofCode.set(code, fields);
    return fields;
  };
  return ({ rfm }, place) => {
    const { code, recency, frequency, monetary } = rfm!;
    const values = `,${float32(recency[place]!)},${float32(frequency[place]!)},${double(monetary[place]!)}`;
    return values + (ofCode.get(code[place]!) ?? describe(code[place]!));
  };
}

/** Null, which is NaN in a chunk, is an empty field. */
function float32(value: number): string {
  return Number.isNaN(value) ? '' : String(shortestFloat32(value));
}

function double(value: number): string {
  return Number.isNaN(value) ? '' : String(value);
}
