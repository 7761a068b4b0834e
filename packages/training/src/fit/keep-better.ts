import type { FittedNetwork } from './fit-network.ts';

/**
 * Of a network and a logistic regression on the same rows the one with the smaller loss on the
 * validation part, so that few customers are not learnt by heart.
 */
export function keepBetter(
  network: FittedNetwork,
  linear: FittedNetwork,
): { kept: FittedNetwork; notes: string[] } {
  if (network.hidden.length === 0) return { kept: network, notes: [] };
  if (network.validationLoss < linear.validationLoss) return { kept: network, notes: [] };
  const notes = [
    `The logistic regression is kept: on the validation part its loss is ${linear.validationLoss.toFixed(4)}, that of the network with ${network.hidden.join(' and ')} hidden units ${network.validationLoss.toFixed(4)}. More customers may change that.`,
  ];
  return { kept: linear, notes };
}
