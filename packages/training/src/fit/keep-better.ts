import { meanOf } from '../evaluate/values-of.ts';
import type { FittedNetwork } from './fit-network.ts';

/**
 * Of a network and a logistic regression on the same rows the simpler one, unless the network's
 * loss on the validation part is smaller by more than a standard error of the difference (Breiman's
 * rule), so that few customers are not learnt by heart.
 */
export function keepBetter(
  network: FittedNetwork,
  linear: FittedNetwork,
): { kept: FittedNetwork; notes: string[] } {
  if (network.hidden.length === 0) return { kept: network, notes: [] };
  const gains = linear.validationLosses.map((loss, at) => loss - network.validationLosses[at]!);
  const gain = meanOf(gains);
  const error = Math.sqrt(meanOf(gains.map((each) => (each - gain) ** 2)) / gains.length);
  if (gain > error) return { kept: network, notes: [] };
  const notes = [
    `The logistic regression is kept: on the validation part its loss is ${linear.validationLoss.toFixed(4)}, that of the network with ${network.hidden.join(' and ')} hidden units ${network.validationLoss.toFixed(4)}, which is no clear gain (standard error ${error.toFixed(4)}). More customers may change that.`,
  ];
  return { kept: linear, notes };
}
