import { AppError } from '@segcast/contracts';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const name = z.string().trim().min(1).max(100);
const row = z.strictObject({ '5': name, '4': name, '3': name, '2': name, '1': name });

export const rfmSegmentsSchema = z.strictObject({
  '5': row,
  '4': row,
  '3': row,
  '2': row,
  '1': row,
});
/** Names of RFM segments: by R score, then by FM score, (F + M) / 2 rounded half up. */
export type RfmSegments = z.infer<typeof rfmSegmentsSchema>;

/** The usual R × FM grid. */
export const DEFAULT_RFM_SEGMENTS: RfmSegments = {
  5: {
    5: 'Champions',
    4: 'Champions',
    3: 'Potential Loyalists',
    2: 'Potential Loyalists',
    1: 'New Customers',
  },
  4: {
    5: 'Loyal Customers',
    4: 'Loyal Customers',
    3: 'Potential Loyalists',
    2: 'Potential Loyalists',
    1: 'Promising',
  },
  3: {
    5: 'Loyal Customers',
    4: 'Loyal Customers',
    3: 'Need Attention',
    2: 'About to Sleep',
    1: 'About to Sleep',
  },
  2: {
    5: 'Cannot Lose Them',
    4: 'At Risk',
    3: 'At Risk',
    2: 'Hibernating',
    1: 'Hibernating',
  },
  1: {
    5: 'Cannot Lose Them',
    4: 'At Risk',
    3: 'At Risk',
    2: 'Hibernating',
    1: 'Lost',
  },
};

/**
 * Reads names of RFM segments from a JSON file of the form `{"5": {"5": "Champions", …}, …}`: R
 * scores, in each of them FM scores, all twenty-five.
 *
 * @throws AppError `invalid_config` naming the file and every fault in it.
 */
export async function loadRfmSegments(file: string): Promise<RfmSegments> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw refused(file, `cannot be read as JSON (${reason})`, error);
  }
  const parsed = rfmSegmentsSchema.safeParse(json);
  if (!parsed.success) throw refused(file, `is not valid: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function refused(file: string, fault: string, cause?: unknown): AppError {
  return new AppError(
    'invalid_config',
    `The file of RFM segments ${file} ${fault}. It must name a segment for each R score and FM score from 1 to 5: {"5": {"5": "Champions", …}, …}.`,
    { cause },
  );
}
