import { calibrate, logit, type Calibration } from '@segcast/scoring';

export type CalibrationMethod = 'platt' | 'isotonic';

const NEWTON_STEPS = 30;
const ISOTONIC_POINTS = 50;

/** Fits a calibration of probabilities to what happened (1 or 0), on rows not trained on. */
export function fitCalibration(
  method: CalibrationMethod,
  answers: Float64Array,
  happened: Float64Array,
): Calibration {
  return method === 'platt'
    ? fitPlatt(answers.map(logit), happened)
    : fitIsotonic(answers, happened);
}

/** Answers, row-major, as a calibrated model gives them. */
export function calibratedAnswers(
  answers: ArrayLike<number>,
  width: number,
  calibration: Calibration,
): Float32Array {
  const calibrated = Float32Array.from(answers);
  calibrate(calibrated, width, calibration);
  return calibrated;
}

/**
 * The logistic regression on one score, by Newton's method, with Platt's targets (Platt 1999), which
 * keep a separable sample from an infinite slope.
 */
export function fitPlatt(
  scores: Float64Array,
  happened: Float64Array,
): Extract<Calibration, { method: 'platt' }> {
  const positives = happened.reduce((sum, value) => sum + value, 0);
  const [high, low] = [(positives + 1) / (positives + 2), 1 / (happened.length - positives + 2)];
  let slope = 0;
  let intercept = Math.log((positives + 1) / (happened.length - positives + 1));
  for (let step = 0; step < NEWTON_STEPS; step++) {
    let [gs, gi, hss, hsi, hii] = [0, 0, 1e-9, 0, 1e-9];
    for (let at = 0; at < scores.length; at++) {
      const score = scores[at]!;
      const p = 1 / (1 + Math.exp(-(slope * score + intercept)));
      const error = p - (happened[at] === 1 ? high : low);
      const weight = Math.max(p * (1 - p), 1e-12);
      gs += error * score;
      gi += error;
      hss += weight * score * score;
      hsi += weight * score;
      hii += weight;
    }
    const determinant = hss * hii - hsi * hsi;
    if (!(Math.abs(determinant) > 1e-12)) break;
    const ds = (hii * gs - hsi * gi) / determinant;
    const di = (hss * gi - hsi * gs) / determinant;
    slope -= ds;
    intercept -= di;
    if (Math.abs(ds) + Math.abs(di) < 1e-9) break;
  }
  return { method: 'platt', slope, intercept };
}

/** The best rising step function (pool adjacent violators), as at most 50 points. */
function fitIsotonic(answers: Float64Array, happened: Float64Array): Calibration {
  const order = Uint32Array.from(answers.keys()).sort((a, b) => answers[a]! - answers[b]!);
  const blocks: { sum: number; count: number; answers: number }[] = [];
  const least = Math.ceil(answers.length / ISOTONIC_POINTS);
  for (const row of order) {
    const last = blocks.at(-1);
    // Small blocks first, so that a point stands for enough customers.
    const block = last && last.count < least ? last : { sum: 0, count: 0, answers: 0 };
    if (block !== last) blocks.push(block);
    block.sum += happened[row]!;
    block.answers += answers[row]!;
    block.count += 1;
  }
  for (let at = 1; at < blocks.length; at++) {
    while (
      at > 0 &&
      blocks[at - 1]!.sum / blocks[at - 1]!.count >= blocks[at]!.sum / blocks[at]!.count
    ) {
      const [left, right] = blocks.splice(at - 1, 2) as [(typeof blocks)[0], (typeof blocks)[0]];
      blocks.splice(at - 1, 0, {
        sum: left.sum + right.sum,
        count: left.count + right.count,
        answers: left.answers + right.answers,
      });
      at -= 1;
    }
  }
  const points = blocks.filter(
    (block, at) =>
      at === 0 || block.answers / block.count > blocks[at - 1]!.answers / blocks[at - 1]!.count,
  );
  return {
    method: 'isotonic',
    thresholds: points.map((block) => block.answers / block.count),
    values: points.map((block) => block.sum / block.count),
  };
}

/** The temperature with the least log-loss of the offers taken, by golden section. */
export function fitTemperature(
  answers: Float64Array,
  width: number,
  taken: Float64Array,
): Extract<Calibration, { method: 'temperature' }> {
  const logs = answers.map((p) => Math.log(Math.max(p, 1e-7)));
  const loss = (temperature: number) => {
    let sum = 0;
    for (let row = 0; row < taken.length; row++) {
      let total = 0;
      for (let c = 0; c < width; c++) total += Math.exp(logs[row * width + c]! / temperature);
      sum -= logs[row * width + taken[row]!]! / temperature - Math.log(total);
    }
    return sum;
  };
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [0.2, 5];
  for (let step = 0; step < 40; step++) {
    const left = high - golden * (high - low);
    const right = low + golden * (high - low);
    if (loss(left) < loss(right)) high = right;
    else low = left;
  }
  return { method: 'temperature', temperature: (low + high) / 2 };
}
