import { expect, test } from 'vitest';
import { DEFAULT_RFM_SETTINGS } from '../rfm/rfm-settings.ts';
import { loadCommittedModels } from '../testing/committed-models.ts';
import { placeholderWarning, usedModels } from './used-models.ts';

test('names the models of the predictors asked for', async () => {
  const models = await loadCommittedModels();
  const used = usedModels(models, DEFAULT_RFM_SETTINGS, ['churn', 'rfm']);
  expect(used).toEqual({
    churn: { version: 'placeholder-1', placeholder: true },
    rfm: { version: expect.stringMatching(/^thresholds-[0-9a-f]{8}$/) as string, placeholder: false },
  });
});

test('the version of RFM follows its settings and not their order', async () => {
  const models = await loadCommittedModels();
  const version = (settings: typeof DEFAULT_RFM_SETTINGS) =>
    usedModels(models, settings, ['rfm']).rfm?.version;
  const { columns, recency, frequency, monetary, segments } = DEFAULT_RFM_SETTINGS;
  const turned = { segments, monetary, frequency, recency, columns };
  expect(version(turned)).toBe(version(DEFAULT_RFM_SETTINGS));
  expect(version({ ...turned, recency: [7, 14, 28, 56] })).not.toBe(version(turned));
});

test('says which models are placeholders', () => {
  const churn = { version: 'placeholder-1', placeholder: true };
  const nbo = { version: 'placeholder-1', placeholder: true };
  const rfm = { version: 'thresholds-0', placeholder: false };
  expect(placeholderWarning({ churn, nbo, rfm })).toMatch(
    /^The models churn \(placeholder-1\) and next best offer \(placeholder-1\) are placeholders/,
  );
  expect(placeholderWarning({ churn, rfm })).toMatch(
    /^The model churn \(placeholder-1\) is a placeholder/,
  );
  expect(placeholderWarning({ rfm, nbo: { ...nbo, placeholder: false } })).toBeNull();
});
