/** Contestants by name; each measures itself once and answers what it found. */
export type Contestants<Found> = Record<string, () => Promise<Found>>;

export interface InterleaveOptions {
  /** Counted rounds; one more goes before them and is not counted. */
  runs: number;
  /** Done before each measurement, and not measured. */
  prepare: () => Promise<void>;
  /** Hears of each counted measurement. */
  onMeasured?: (name: string, round: number) => void;
}

/**
 * Measures all contestants in each round, so that whatever changes with time changes for all. Every
 * round begins with another of them, so that none always follows the same one.
 */
export async function interleave<Found>(
  contestants: Contestants<Found>,
  { runs, prepare, onMeasured }: InterleaveOptions,
): Promise<Record<string, Found[]>> {
  const names = Object.keys(contestants);
  const found = Object.fromEntries(names.map((name): [string, Found[]] => [name, []]));
  for (let round = 0; round <= runs; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + turn) % names.length]!;
      await prepare();
      const one = await contestants[name]!();
      if (round === 0) continue;
      found[name]!.push(one);
      onMeasured?.(name, round);
    }
  }
  return found;
}
