import { loadConfig } from '@segcast/runtime';
import { createPlaceholderModels, loadModels, type Model, type Models } from '@segcast/scoring';
import type { Command } from 'commander';

import { renderTable, type TableColumn } from '../output/render-table.ts';
import { wholeNumber } from './parse-options.ts';

const COLUMNS: readonly TableColumn<Model>[] = [
  { title: 'Model', value: ({ manifest }) => manifest.name },
  { title: 'Version', value: ({ manifest }) => manifest.version },
  { title: 'Placeholder', value: ({ manifest }) => (manifest.placeholder ? 'yes' : 'no') },
  { title: 'Inputs', align: 'right', value: ({ manifest }) => String(manifest.inputs.length) },
  { title: 'Outputs', align: 'right', value: ({ manifest }) => String(manifest.outputs.length) },
];

/** `segcast models list | create`: the model files of this installation. */
export function addModelsCommand(program: Command): void {
  const models = program.command('models').description('The models that score');

  models
    .command('list', { isDefault: true })
    .description('the current version of each model, its files proved whole')
    .option('--json', 'print JSON', false)
    .action(async ({ json }: { json: boolean }) => {
      show(await loadModels(loadConfig().scoring.modelsDir), json);
    });

  models
    .command('create')
    .description('make placeholder models on dummy patterns and make them current')
    .option('-s, --seed <n>', 'the same seed gives the same files', wholeNumber(0), 1)
    .option('--json', 'print JSON', false)
    .action(async ({ seed, json }: { seed: number; json: boolean }) => {
      show(await createPlaceholderModels(loadConfig().scoring.modelsDir, { seed }), json);
    });
}

function show(models: Models, json: boolean): void {
  const all = Object.values(models);
  if (json) {
    const facts = all.map(({ manifest: { name, version, placeholder } }) => ({
      name,
      version,
      placeholder,
    }));
    console.log(JSON.stringify(facts));
    return;
  }
  console.log(renderTable(COLUMNS, all));
  if (all.some(({ manifest }) => manifest.placeholder)) {
    console.log(
      '\n! Placeholder models know nothing of your customers: their scores mean nothing.',
    );
  }
}
