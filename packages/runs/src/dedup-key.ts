import { PREDICTORS } from '@segcast/contracts';
import type { FrozenRun } from '@segcast/store';
import { createHash } from 'node:crypto';

/**
 * SHA-256 (hex) of all that decides a run's result: runs of one key would find the same, on the
 * same warehouse. A model's version stands for its weights, that of RFM for its settings.
 */
export function dedupKey(run: Omit<FrozenRun, 'rules' | 'segmentName'>): string {
  const { high, medium } = run.churnThresholds;
  const deciding = [
    run.segmentId,
    run.ruleHash,
    run.type,
    run.engine,
    PREDICTORS.map((predictor) => run.models[predictor]?.version ?? null),
    run.models.churn === undefined ? null : [high, medium],
    ...(run.explain ? ['explain'] : []),
  ];
  return createHash('sha256').update(JSON.stringify(deciding)).digest('hex');
}
