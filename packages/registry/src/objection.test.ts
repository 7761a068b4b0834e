import type { ModelMetrics } from '@segcast/contracts';
import type { ModelVersionRecord } from '@segcast/store';
import { expect, test } from 'vitest';
import { objectionTo, refuseWorse } from './objection.ts';

function version(metrics?: Partial<ModelMetrics>, changes: Partial<ModelVersionRecord> = {}) {
  const whole: ModelMetrics = { grade: 'Good', test_rows: 100, baselines: {}, ...metrics };
  const record: ModelVersionRecord = {
    model: 'churn',
    version: `auc-${metrics?.auc ?? metrics?.top_1 ?? 'none'}`,
    placeholder: false,
    source: 'trained',
    registeredAt: new Date(0),
    manifest: metrics === undefined ? {} : { metrics: whole },
    active: false,
    ...changes,
  };
  return record;
}

const placeholder = version(undefined, { placeholder: true });

test('anything may take the place of nothing or of a placeholder', () => {
  const bad = version({ auc: 0.4, baselines: { recency: { auc: 0.7 } } });
  for (const current of [null, placeholder]) {
    expect(objectionTo(bad, current)).toBeNull();
    expect(objectionTo(placeholder, current)).toBeNull();
  }
});

test('a little worse is chance, more is an objection with the figures', () => {
  expect(objectionTo(version({ auc: 0.7605 }), version({ auc: 0.77 }))).toBeNull();
  expect(objectionTo(version({ auc: 0.9 }), version({ auc: 0.77 }))).toBeNull();
  const objection = objectionTo(version({ auc: 0.751 }), version({ auc: 0.77 }));
  expect(objection).toMatch(/AUC 0\.751 .* 0\.019 below the 0\.770 of auc-0\.77/);
  const refused = () => refuseWorse(version({ auc: 0.751 }), version({ auc: 0.77 }));
  expect(refused).toThrow(expect.objectContaining({ code: 'model_worse' }) as Error);
  expect(refused).toThrow(/0\.751.*--force/);
});

test('no better than recency alone is an objection, whatever is in use', () => {
  const candidate = version({ auc: 0.74, baselines: { recency: { auc: 0.755 } } });
  const objection = objectionTo(candidate, version({ auc: 0.72 }));
  expect(objection).toMatch(/AUC 0\.740 .* recency alone has 0\.755/);
});

test('offers are judged by their best one, against what was bought most', () => {
  const nbo = { model: 'nbo' };
  const current = version({ top_1: 0.3 }, nbo);
  expect(objectionTo(version({ top_1: 0.28 }, nbo), current)).toMatch(/top-1 accuracy 0\.280/);
  const simple = version({ top_1: 0.31, baselines: { most_bought: { top_1: 0.33 } } }, nbo);
  expect(objectionTo(simple, current)).toMatch(/the category bought most has 0\.330/);
});

test('what was not measured may not replace what was', () => {
  const measured = version({ auc: 0.7 });
  expect(objectionTo(version(), measured)).toMatch(/has no AUC/);
  expect(objectionTo(placeholder, measured)).toMatch(/placeholder/);
  expect(objectionTo(version(), version())).toBeNull();
  expect(objectionTo(measured, version())).toBeNull();
});
