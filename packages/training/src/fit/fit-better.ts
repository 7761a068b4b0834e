import type { Split } from '../data/split.ts';
import { calibrationSample, type CalibrationSample } from './calibration-sample.ts';
import { fitNetwork, type FitOptions, type FittedNetwork } from './fit-network.ts';
import { keepBetter } from './keep-better.ts';

/** A network, and what its calibration is to be fitted on. */
export interface SampledNetwork {
  fitted: FittedNetwork;
  sample: CalibrationSample;
}

/** The network that is kept, the logistic regression beside it (maybe the same), and why. */
export interface FittedPair {
  network: SampledNetwork;
  linear: SampledNetwork;
  notes: string[];
}

/**
 * Fits the network asked for and a logistic regression on the same rows, and keeps the better.
 *
 * @param onEpoch - Hears of the epochs of the network asked for.
 */
export async function fitBetter(
  options: Omit<FitOptions, 'split' | 'onEpoch'> & { split: Split },
  onEpoch?: FitOptions['onEpoch'],
): Promise<FittedPair> {
  const fitted = await fitNetwork({ ...options, ...(onEpoch ? { onEpoch } : {}) });
  const isLinear = options.hidden.length === 0;
  const fittedLinear = isLinear ? fitted : await fitNetwork({ ...options, hidden: [] });
  const { kept, notes } = keepBetter(fitted, fittedLinear);
  const sampled = async (network: FittedNetwork): Promise<SampledNetwork> => {
    const again = (split: FitOptions['split']) =>
      fitNetwork({ ...options, hidden: network.hidden, split });
    const { rows: encoded, split } = options;
    return { fitted: network, sample: await calibrationSample(network, again, { encoded, split }) };
  };
  const linear = await sampled(fittedLinear);
  return { network: kept === fittedLinear ? linear : await sampled(kept), linear, notes };
}
