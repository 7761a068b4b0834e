import type { Random } from './random.ts';

/** A draw from the exponential distribution of mean 1 / `rate`. */
export function exponential(random: Random, rate: number): number {
  return -Math.log(random()) / rate;
}

/** A draw from the standard normal distribution, by Marsaglia's polar method. */
export function normal(random: Random): number {
  for (;;) {
    const x = 2 * random() - 1;
    const y = 2 * random() - 1;
    const square = x * x + y * y;
    if (square < 1 && square > 0) return x * Math.sqrt((-2 * Math.log(square)) / square);
  }
}

/**
 * A draw from the gamma distribution of mean `shape` / `rate`. Marsaglia and Tsang, "A simple
 * method for generating gamma variables" (2000), with their boost for shapes under 1.
 */
export function gamma(random: Random, shape: number, rate: number): number {
  if (shape < 1) return gamma(random, shape + 1, rate) * random() ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(random()) < (x * x) / 2 + d * (1 - v + Math.log(v))) {
      return (d * v) / rate;
    }
  }
}

/** A draw from the beta distribution, as a share of two gammas. */
export function beta(random: Random, a: number, b: number): number {
  const x = gamma(random, a, 1);
  return x / (x + gamma(random, b, 1));
}

/** How often something happened before it first failed to: geometric from 0, mean p / (1 − p). */
export function geometric(random: Random, p: number): number {
  return Math.floor(Math.log(random()) / Math.log(p));
}

/** Draws indexes of `weights` in proportion to them. */
export function weighted(weights: readonly number[]): (random: Random) => number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  const bounds = weights.map((weight) => (sum += weight) / total);
  return (random) => {
    const drawn = random();
    const index = bounds.findIndex((bound) => drawn < bound);
    return index === -1 ? bounds.length - 1 : index;
  };
}
