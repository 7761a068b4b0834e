interface Vertex {
  point: number[];
  value: number;
}

const MAX_STEPS = 2000;

/** The minimum of a smooth function near `start` (Nelder & Mead 1965, its usual coefficients). */
export function nelderMead(
  f: (point: readonly number[]) => number,
  start: readonly number[],
): Vertex {
  const vertex = (point: number[]): Vertex => ({ point, value: f(point) });
  let simplex = [
    vertex([...start]),
    ...start.map((value, index) => vertex([...start].with(index, value + 0.5))),
  ];
  for (let step = 0; step < MAX_STEPS; step++) {
    simplex = simplex.sort((a, b) => a.value - b.value);
    const [best, worst] = [simplex[0]!, simplex.at(-1)!];
    if (spread(simplex) < 1e-7 && worst.value - best.value < 1e-12) break;
    const others = simplex.slice(0, -1);
    const centre = start.map(
      (_, i) => others.reduce((sum, { point }) => sum + point[i]!, 0) / others.length,
    );
    const towards = (factor: number) =>
      vertex(centre.map((value, i) => value + factor * (worst.point[i]! - value)));
    simplex = [...others, chooseVertex(towards, best, others.at(-1)!, worst)];
    if (simplex.at(-1) === worst) {
      simplex = [
        best,
        ...simplex
          .slice(1)
          .map(({ point }) => vertex(point.map((v, i) => (v + best.point[i]!) / 2))),
      ];
    }
  }
  return simplex[0]!;
}

/** The vertex that replaces the worst, or the worst itself where none is better. */
function chooseVertex(
  towards: (factor: number) => Vertex,
  best: Vertex,
  secondWorst: Vertex,
  worst: Vertex,
): Vertex {
  const reflected = towards(-1);
  if (reflected.value < best.value) {
    const expanded = towards(-2);
    return expanded.value < reflected.value ? expanded : reflected;
  }
  if (reflected.value < secondWorst.value) return reflected;
  const contracted = towards(reflected.value < worst.value ? -0.5 : 0.5);
  return contracted.value < Math.min(reflected.value, worst.value) ? contracted : worst;
}

function spread(simplex: readonly Vertex[]): number {
  const [first] = simplex;
  return Math.max(
    ...simplex.flatMap(({ point }) => point.map((value, i) => Math.abs(value - first!.point[i]!))),
  );
}
