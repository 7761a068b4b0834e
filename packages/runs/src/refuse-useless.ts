import { AppError, type TrainingGoal, type TrainRequest } from '@segcast/contracts';

type Option = keyof TrainRequest;

/**
 * Refuses options that say nothing beside the others: whoever gave them expects something of them.
 * @throws AppError `invalid_request` with the place of each.
 */
export function refuseUseless(model: TrainingGoal, options: TrainRequest): void {
  const errors = faultsOf(model, options)
    .filter(([option]) => options[option] !== undefined)
    .map(([option, detail]) => ({ pointer: `/${option}`, detail }));
  const [first] = errors;
  if (first === undefined) return;
  const message = `The body is not valid: ${first.pointer} ${first.detail}.`;
  throw new AppError('invalid_request', message, { errors });
}

function faultsOf(model: TrainingGoal, { method, label }: TrainRequest): [Option, string][] {
  const faults: [Option, string][] = [];
  if (model === 'nbo') {
    faults.push(['positive', 'is for churn']);
    if (method === 'bgnbd') faults.push(['method', 'bgnbd foretells churn, no offers']);
  } else {
    faults.push(['product_offers', 'is for nbo']);
    if (label === undefined) faults.push(['positive', 'needs a label']);
  }
  if (method === 'bgnbd') {
    faults.push(['label', 'is of no use to bgnbd, which is fitted to purchases']);
    faults.push(['inputs', 'is of no use to bgnbd, which reads columns of its own']);
  }
  if (label !== undefined) {
    for (const option of ['cut', 'horizon_days', 'product_offers'] as const) {
      faults.push([option, 'is of transactions, and a label was given']);
    }
  }
  return faults;
}
