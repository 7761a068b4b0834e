import { AppError, modelNameSchema, type ModelSummary, type ModelSwitch } from '@segcast/contracts';
import {
  compareVersions,
  listModels,
  registerModelVersion,
  rollBack,
  showModel,
  switchModel,
  writeVersionFolder,
} from '@segcast/registry';
import { readConfiguredRfm, takeQuintiles } from '@segcast/runs';
import { loadConfig } from '@segcast/runtime';
import { createPlaceholderModels } from '@segcast/scoring';
import { readModelFiles, type Store } from '@segcast/store';
import { openWarehouse } from '@segcast/warehouse';
import { Argument, type Command } from 'commander';

import { renderComparison, renderModel, renderModels } from '../output/model-table.ts';
import { withStore } from '../with-store.ts';
import { wholeNumber } from './parse-options.ts';

type ModelName = ModelSummary['name'];

interface JsonOption {
  json: boolean;
}

/** `segcast models …`: the versions that are registered, and which of them score. */
export function addModelsCommand(program: Command): void {
  const models = program
    .command('models')
    .description('The models that score: their versions, and which are in use');
  addReading(models);
  addSwitching(models);
  addFolders(models);
  addMaking(models);
}

function addReading(models: Command): void {
  withJson(models.command('list', { isDefault: true }))
    .description('each model with its version in use')
    .action(async ({ json }: JsonOption) => {
      print(await onStore(listModels), json, renderModels);
    });

  withJson(models.command('show'))
    .description('the versions of a model and their figures')
    .addArgument(modelArgument())
    .action(async (name: ModelName, { json }: JsonOption) => {
      print(await onStore((store) => showModel(store, name)), json, renderModel);
    });

  withJson(models.command('compare'))
    .description('two versions side by side, and whether the first may replace the second')
    .addArgument(modelArgument())
    .argument('<version>')
    .argument('[other]', 'by default the version in use')
    .action(async (name: ModelName, a: string, b: string | undefined, { json }: JsonOption) => {
      print(
        await onStore((store) => compareVersions(store, name, { a, b })),
        json,
        renderComparison,
      );
    });
}

function addSwitching(models: Command): void {
  withJson(models.command('activate'))
    .description('take a version into use; runs under way keep theirs')
    .addArgument(modelArgument())
    .argument('<version>')
    .option('--force', 'even if it is worse than the one in use', false)
    .action(async (name: ModelName, version: string, options: JsonOption & { force: boolean }) => {
      const { json, force } = options;
      const switched = await onStore((store) => switchModel(store, { name, version, force }));
      print(switched, json, describeSwitch);
    });

  withJson(models.command('rollback'))
    .description('go back to the version in use before')
    .addArgument(modelArgument())
    .action(async (name: ModelName, { json }: JsonOption) => {
      print(await onStore((store) => rollBack(store, name)), json, describeSwitch);
    });
}

function addFolders(models: Command): void {
  withJson(models.command('import'))
    .description('register the version in a folder, without taking it into use')
    .argument('<folder>', 'with manifest.json and the files it names')
    .action(async (folder: string, { json }: JsonOption) => {
      const { model, isNew } = await onStore((store) =>
        registerModelVersion(store, folder, 'imported'),
      );
      const { name, version } = model.manifest;
      const facts = { name, version, registered: isNew };
      print(facts, json, () =>
        isNew
          ? `Registered ${name} ${version}. Take it into use with: segcast models activate ${name} ${version}`
          : `${name} ${version} is registered already, with the same files.`,
      );
    });

  withJson(models.command('export'))
    .description('write the files of a version into a new folder')
    .addArgument(modelArgument())
    .argument('<version>')
    .argument('<folder>')
    .action(async (name: ModelName, version: string, folder: string, { json }: JsonOption) => {
      const files = await onStore((store) => readModelFiles(store, name, version));
      await writeVersionFolder(folder, files);
      print({ folder, files: [...files.keys()] }, json, () =>
        [`Wrote ${name} ${version} to ${folder}:`, ...files.keys()].join('\n  '),
      );
    });
}

function addMaking(models: Command): void {
  withJson(models.command('create'))
    .description('make placeholder models on dummy patterns in MODELS_DIR, for the next start')
    .option('-s, --seed <n>', 'the same seed gives the same files', wholeNumber(0), 1)
    .action(async ({ seed, json }: JsonOption & { seed: number }) => {
      const { modelsDir } = loadConfig().scoring;
      const made = Object.values(await createPlaceholderModels(modelsDir, { seed }));
      const facts = made.map(({ manifest: { name, version, placeholder } }) => ({
        name,
        version,
        placeholder,
      }));
      print(facts, json, () =>
        [
          ...facts.map(({ name, version }) => `Made ${name} ${version}, current in ${modelsDir}.`),
          'They are registered at the next start, and in use unless you have chosen others.',
        ].join('\n'),
      );
    });

  withJson(models.command('quintiles'))
    .description('take the quintiles of the warehouse as RFM bounds (RFM_MODE=quantile)')
    .action(async ({ json }: JsonOption) => {
      const taken = await withStore('segcast models quintiles', takeConfiguredQuintiles);
      print(taken, json, describeSwitch);
    });
}

async function takeConfiguredQuintiles(
  store: Store,
  config: ReturnType<typeof loadConfig>,
  warehouseUrl: string,
): Promise<ModelSwitch> {
  if (config.rfm.mode !== 'quantile') {
    throw new AppError(
      'model_fixed',
      'RFM_MODE is thresholds: the RFM bounds are those of the configuration. Set RFM_MODE=quantile to score by quintiles.',
    );
  }
  const { relation, statementTimeoutMs } = config.warehouse;
  const warehouse = openWarehouse({ url: warehouseUrl, relation, statementTimeoutMs, poolMax: 1 });
  try {
    const { switched } = await takeQuintiles(
      { store, warehouse },
      await readConfiguredRfm(config.rfm),
    );
    return { name: 'rfm', previous_version: switched.from, active_version: switched.to };
  } finally {
    await warehouse.close();
  }
}

function withJson(command: Command): Command {
  return command.option('--json', 'print JSON', false);
}

function modelArgument(): Argument {
  return new Argument('<model>').choices(modelNameSchema.options);
}

function onStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  return withStore('segcast models', work);
}

function print<T>(facts: T, json: boolean, render: (facts: T) => string): void {
  console.log(json ? JSON.stringify(facts) : render(facts));
}

function describeSwitch({ name, previous_version, active_version }: ModelSwitch): string {
  return previous_version === active_version
    ? `${name} ${active_version} is in use already.`
    : `${name} ${active_version} is in use${previous_version === null ? '' : ` in place of ${previous_version}`}. Runs submitted from now on use it.`;
}
