import { ApiProblem } from '../api/api-problem.ts';
import type { SegcastApi } from '../api/segcast-api.ts';

interface ExampleSegment {
  name: string;
  description: string;
  rules: unknown;
}

const column = (name: string) => ({ var: name });

/** In the order of their ids, 1 to 5, which clients and documentation use. */
const EXAMPLE_SEGMENTS: readonly ExampleSegment[] = [
  {
    name: 'High Value',
    description: 'Has brought 250 or more',
    rules: { '>=': [column('total_revenue'), 250] },
  },
  {
    name: 'At Risk',
    description: 'Came back at least twice and has been away for three months to a year',
    rules: {
      and: [
        { '>=': [column('transaction_count'), 3] },
        { '<': [90, column('days_since_last_transaction'), 366] },
      ],
    },
  },
  {
    name: 'VIP',
    description: 'Ten or more purchases that brought 500 or more',
    rules: {
      and: [{ '>=': [column('transaction_count'), 10] }, { '>=': [column('total_revenue'), 500] }],
    },
  },
  {
    name: 'New',
    description: 'First purchase within the last 90 days',
    rules: { '<=': [column('customer_age_days'), 90] },
  },
  { name: 'Everyone', description: 'Every customer', rules: {} },
];

/**
 * Creates the example segments where there are no segments at all. One whose columns this warehouse
 * has not got is left out, and named in the answer.
 */
export async function createExampleSegments(api: SegcastApi): Promise<string[]> {
  if ((await api.listSegments()).length > 0) return [];
  const leftOut: string[] = [];
  for (const segment of EXAMPLE_SEGMENTS) {
    try {
      await api.createSegment(segment);
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.problem.status !== 400) throw error;
      leftOut.push(segment.name);
    }
  }
  return leftOut;
}
