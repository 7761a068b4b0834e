import type { ChurnExplanation, PredictionResult } from '@segcast/contracts';
import {
  historyOfRow,
  lifetimeOf,
  type ModelManifest,
  type RawRow,
  type Scorer,
} from '@segcast/scoring';
import type { RowInputs } from '@segcast/warehouse';

/**
 * What each input contributes to one customer's churn, the largest first.
 * @throws AppError `model_unexplainable` where the model has no background.
 */
export function explainChurn(scorer: Scorer, batch: RowInputs): ChurnExplanation {
  const explainer = scorer.explainer();
  const { places, manifest } = scorer.networks.find(({ name }) => name === 'churn')!;
  const row: RawRow = places.map((place) =>
    batch.nulls[place]![0] === 1 ? null : batch.columns[place]![0]!,
  );
  const { baseline, contributions } = explainer.explain(row);
  const explained = explainer.inputs.map(({ column, categories }, index) => {
    const value = row[index] ?? null;
    return {
      feature: column,
      // A text that the model does not know has no category.
      value: categories && value !== null ? (categories[value] ?? null) : value,
      contribution: contributions[index]!,
    };
  });
  explained.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
  return { baseline, contributions: explained, ...lifetime(manifest, row) };
}

function lifetime(
  { bgnbd, inputs }: ModelManifest,
  row: RawRow,
): Pick<ChurnExplanation, 'lifetime'> {
  return bgnbd ? { lifetime: lifetimeOf(bgnbd, historyOfRow(row, inputs, bgnbd)) } : {};
}

/** The result with the explanation beside its churn. */
export function withExplanation(
  result: PredictionResult,
  explanation: ChurnExplanation,
): PredictionResult {
  if ('churn' in result) return { ...result, churn: { ...result.churn, explanation } };
  return 'churn_probability' in result ? { ...result, explanation } : result;
}
