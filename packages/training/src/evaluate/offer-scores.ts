import type { ModelScores } from '@segcast/scoring';

export type OfferScores = Record<
  Extract<keyof ModelScores, 'top_1' | 'top_3' | 'log_loss'>,
  number
>;

const LEAST = 1e-7;

/**
 * How well scores of offers, row-major, tell the offer taken. Among equal scores each order is
 * equally likely, so an offer that ties counts for its share of the places.
 */
export function offerScores(
  probabilities: ArrayLike<number>,
  width: number,
  taken: Float64Array,
): OfferScores {
  let [first, firstThree, loss] = [0, 0, 0];
  for (let row = 0; row < taken.length; row++) {
    const own = probabilities[row * width + taken[row]!]!;
    let [above, equal] = [0, 0];
    for (let offer = 0; offer < width; offer++) {
      const other = probabilities[row * width + offer]!;
      if (other > own) above += 1;
      else if (other === own) equal += 1;
    }
    first += share(1, above, equal);
    firstThree += share(3, above, equal);
    loss -= Math.log(Math.max(LEAST, own));
  }
  const { length } = taken;
  return { top_1: first / length, top_3: firstThree / length, log_loss: loss / length };
}

function share(places: number, above: number, equal: number): number {
  return Math.min(1, Math.max(0, (places - above) / equal));
}
