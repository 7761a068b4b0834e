import type { AggregatedStats } from '@segcast/contracts';

/** The aggregates that every way of scoring the same members has to agree on. */
export interface PeerSummary {
  count: number;
  churn: { high: number; medium: number; low: number };
  meanProbability: number;
  /** Customers by the offer recommended. */
  offers: Record<string, number>;
  /** Customers by RFM segment. */
  rfm: Record<string, number>;
}

/** What a run says of the same. */
export function summaryOf({ churn, nbo, rfm }: AggregatedStats): PeerSummary {
  if (!churn || !nbo || !rfm) throw new TypeError('The run did not score everything.');
  const { high, medium, low, count, avg_probability } = churn;
  return {
    count,
    churn: { high, medium, low },
    meanProbability: avg_probability ?? 0,
    offers: nbo.distribution,
    rfm: rfm.distribution,
  };
}

/**
 * How far sums may lie apart: other arithmetic rounds otherwise, so that of a million customers
 * some are across a threshold or prefer another of two equal offers.
 */
const COUNT_TOLERANCE = 1e-5;
const MEAN_TOLERANCE = 1e-5;

/** @throws Error naming the first aggregate in which a peer differs from the run */
export function assertSame(peer: string, found: PeerSummary, expected: PeerSummary): void {
  const differ = (what: string, one: number, other: number): never => {
    throw new Error(`${peer} does not do the same work: ${what} is ${one}, the run's ${other}.`);
  };
  const most = Math.max(1, Math.ceil(COUNT_TOLERANCE * expected.count));
  if (found.count !== expected.count) differ('count', found.count, expected.count);
  if (Math.abs(found.meanProbability - expected.meanProbability) > MEAN_TOLERANCE) {
    differ('the mean churn probability', found.meanProbability, expected.meanProbability);
  }
  for (const group of ['churn', 'offers', 'rfm'] as const) {
    const [own, others] = [found[group], expected[group]] as Record<string, number>[];
    for (const name of new Set([...Object.keys(own!), ...Object.keys(others!)])) {
      const [one, other] = [own![name] ?? 0, others![name] ?? 0];
      if (Math.abs(one - other) > most) differ(`${group} ${name}`, one, other);
    }
  }
}
