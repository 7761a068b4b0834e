import type { CallOptions, Connection } from './connection.ts';
import { eachOf } from './pages.ts';
import type {
  CustomerPrediction,
  CustomersPrediction,
  Features,
  PredictionType,
  StoredCustomerPrediction,
} from './types.ts';

export interface CustomerPredictOptions extends CallOptions {
  /** `all` unless told. */
  type?: PredictionType;
}

export interface CustomerSegments {
  customer_id: string;
  results: { segment_id: number; segment_name: string; description: string }[];
  unreadable: { segment_id: number; segment_name: string; error: string }[];
}

export type CustomersApi = ReturnType<typeof createCustomersApi>;

/** Single customers, answered at once. */
export function createCustomersApi(connection: Connection) {
  const { call } = connection;
  const at = (id: string, rest: string) => `/customers/${encodeURIComponent(id)}/${rest}`;
  const ask = { method: 'POST', isIdempotent: true } as const;

  return {
    /** With `explain` also what the probability of churn is made of. */
    predict: (id: string, options: CustomerPredictOptions & { explain?: boolean } = {}) => {
      const { signal, ...body } = options;
      return call<CustomerPrediction>(at(id, 'ml/predict/'), { ...ask, body, signal });
    },
    /** Up to 10,000 customers; those that cannot be scored are listed and spoil nothing. */
    predictMany: (ids: readonly string[], { type, signal }: CustomerPredictOptions = {}) => {
      const body = { customer_ids: ids, type };
      return call<CustomersPrediction>('/customers/ml/predict/', { ...ask, body, signal });
    },
    /** The active segments that the customer is a member of now. */
    segments: (id: string, options?: CallOptions) =>
      call<CustomerSegments>(at(id, 'segments/'), options),
    /** What runs have kept of the customer, newest first. */
    predictions: (id: string, options?: CallOptions) =>
      eachOf<StoredCustomerPrediction>(connection, at(id, 'predictions/'), options),
    /** Takes the customer out of every stored run and audience. */
    erase: (id: string, options?: CallOptions) =>
      call<undefined>(at(id, 'predictions/'), { ...options, method: 'DELETE' }),
    /** The customer's row of the warehouse. */
    features: (id: string, options?: CallOptions) =>
      call<Features>(`/dwh/features/${encodeURIComponent(id)}/`, options),
  };
}
