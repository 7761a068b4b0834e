import { OFFER_COUNT, PREDICTORS } from '@segcast/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OUTCOME, type ScoredBatch } from '../scorer/scoring-batch.ts';
import { addToStats } from './add-to-stats.ts';
import { createStats } from './partial-stats.ts';
import { SegmentCounter } from './segment-counter.ts';
import { statsOfSegment } from './segment-counts.ts';

interface Customer {
  outcome: number;
  churn: number;
  offers: number[];
  code: number;
  /** By segment. */
  member: boolean[];
}

const SEGMENTS = 5;
const BATCH_SIZE = 70;
const probability = fc.oneof(
  fc.constantFrom(0, 1, 0.7, 0.4, 0.5).map(Math.fround),
  fc.float({ min: 0, max: 1, noNaN: true }),
);
const score = fc.integer({ min: 1, max: 5 });
const customer: fc.Arbitrary<Customer> = fc.record({
  outcome: fc.constantFrom(OUTCOME.scored, OUTCOME.scored, OUTCOME.imputed, OUTCOME.failed),
  churn: probability,
  offers: fc.array(probability, { minLength: OFFER_COUNT, maxLength: OFFER_COUNT }),
  code: fc.tuple(score, score, score).map(([r, f, m]) => r * 100 + f * 10 + m),
  // The first has few members and the last has nearly all.
  member: fc.tuple(
    ...Array.from({ length: SEGMENTS }, (_, i) => fc.nat({ max: SEGMENTS }).map((n) => n <= i)),
  ),
});
const thresholds = fc
  .tuple(fc.constantFrom(0.7, 0.5, 0.8), fc.constantFrom(0.4, 0.3, 0.1))
  .map(([high, medium]) => ({ high, medium }));

function scoredBatch(customers: readonly Customer[]): ScoredBatch {
  const values = new Float64Array(customers.length);
  return {
    size: customers.length,
    outcome: Uint8Array.from(customers, ({ outcome }) => outcome),
    failures: customers.flatMap(({ outcome }, row) =>
      outcome === OUTCOME.failed ? [{ row, code: 'input_not_finite' as const, error: '' }] : [],
    ),
    churn: Float32Array.from(customers, ({ churn }) => churn),
    offers: Float32Array.from(customers.flatMap(({ offers }) => offers)),
    recommended: Uint8Array.from(customers, ({ offers }) => offers.indexOf(Math.max(...offers))),
    rfm: {
      code: Int16Array.from(customers, ({ code }) => code),
      recency: values,
      frequency: values,
      monetary: values,
    },
  };
}

// What nobody is a member of is left out of a batch before it is scored; the bits keep their places.
function placed(customers: readonly Customer[]) {
  const places = customers.flatMap(({ member }, place) => (member.includes(true) ? [place] : []));
  const members = Array.from({ length: SEGMENTS }, (_, segment) => {
    const bits = new Int32Array(Math.ceil(BATCH_SIZE / 32));
    customers.forEach(({ member }, i) => {
      if (member[segment]) bits[i >> 5]! |= 1 << (i & 31);
    });
    return bits;
  });
  return { scored: scoredBatch(places.map((place) => customers[place]!)), places, members };
}

test('counts for each segment what is counted of its members alone', () => {
  const batches = fc.array(fc.array(customer, { maxLength: BATCH_SIZE }), { maxLength: 4 });
  const segments = fc.array(thresholds, { minLength: SEGMENTS, maxLength: SEGMENTS });
  fc.assert(
    fc.property(batches, segments, (given, ofSegments) => {
      const counted = ofSegments.map((churnThresholds, i) => ({ number: 2 * i, churnThresholds }));
      const counter = new SegmentCounter(counted, BATCH_SIZE);
      for (const customers of given) {
        const { scored, places, members } = placed(customers);
        counter.add(scored, Int32Array.from(places), members, members[0]!.length);
      }
      counted.forEach(({ number, churnThresholds }, segment) => {
        const expected = createStats(PREDICTORS);
        for (const customers of given) {
          const own = customers.filter(({ member }) => member[segment]);
          addToStats(expected, scoredBatch(own), churnThresholds);
        }
        expect(statsOfSegment(counter.counts(), number, PREDICTORS)).toEqual(expected);
      });
    }),
  );
});
