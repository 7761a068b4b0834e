import type { BgnbdShape, PurchaseHistory } from '@segcast/scoring';
import { logLikelihood, type Histories } from './log-likelihood.ts';
import { nelderMead } from './nelder-mead.ts';

/** The parameters under which these purchases are the likeliest. */
export function fitBgnbd(customers: readonly PurchaseHistory[]): BgnbdShape {
  const histories = grouped(customers);
  // Logarithms keep every parameter positive.
  const found = nelderMead(
    (logs) => {
      const [r, alpha, a, b] = logs.map(Math.exp) as [number, number, number, number];
      const value = -logLikelihood({ r, alpha, a, b }, histories);
      return Number.isFinite(value) ? value : Infinity;
    },
    [0, Math.log(Math.max(1, meanAge(customers) / 10)), 0, 0],
  );
  const [r, alpha, a, b] = found.point.map(Math.exp) as [number, number, number, number];
  return { r, alpha, a, b };
}

/** Equal histories once: of a shop's customers most have bought once, on few different days. */
function grouped(customers: readonly PurchaseHistory[]): Histories {
  const counts = new Map<string, { history: PurchaseHistory; count: number }>();
  for (const history of customers) {
    const key = `${history.frequency} ${history.recency} ${history.age}`;
    const known = counts.get(key);
    if (known) known.count += 1;
    else counts.set(key, { history, count: 1 });
  }
  const groups = [...counts.values()];
  return {
    frequency: Float64Array.from(groups, ({ history }) => history.frequency),
    recency: Float64Array.from(groups, ({ history }) => history.recency),
    age: Float64Array.from(groups, ({ history }) => history.age),
    customers: Float64Array.from(groups, ({ count }) => count),
  };
}

function meanAge(customers: readonly PurchaseHistory[]): number {
  return customers.reduce((sum, { age }) => sum + age, 0) / customers.length;
}
