import {
  registerModelVersion,
  RegisteredModels,
  registerShippedModels,
  readVersionFolder,
} from '@segcast/registry';
import { createPlaceholderModels } from '@segcast/scoring';
import {
  activateModel,
  listModelVersions,
  migrateStore,
  openStore,
  readActiveModels,
  rollBackModel,
  type Store,
} from '@segcast/store';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createEmptyDatabase, type TestDatabase } from './support/services.ts';

const SHIPPED = path.join(import.meta.dirname, '../models');

let folder = '';
let database: TestDatabase;
let store: Store;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'registry-'));
  await cp(SHIPPED, folder, { recursive: true });
  await createPlaceholderModels(folder, { seed: 2 });
});
afterAll(() => rm(folder, { recursive: true }));

beforeEach(async () => {
  database = await createEmptyDatabase();
  await migrateStore(database.url);
  store = openStore({ url: database.url, poolMax: 8 });
  return async () => {
    await store.close();
    await database.drop();
  };
});

async function active(name: string): Promise<string | undefined> {
  return (await readActiveModels(store)).find(({ model }) => model === name)?.version;
}

const folderOf = (version: string) => path.join(folder, 'churn', version);

describe('the versions that come with the code', () => {
  test('are registered once by any number of processes, and the current ones taken into use', async () => {
    await Promise.all(Array.from({ length: 4 }, () => registerShippedModels(store, folder)));
    for (const name of ['churn', 'nbo']) {
      const versions = await listModelVersions(store, name);
      expect(versions.map(({ version }) => version).sort()).toEqual([
        'placeholder-1',
        'placeholder-2',
      ]);
      expect(await active(name)).toBe('placeholder-2');
    }
  });

  test('follow the file "current" until somebody chooses', async () => {
    await registerShippedModels(store, folder);
    await registerShippedModels(store, SHIPPED);
    expect(await active('churn')).toBe('placeholder-1');
    const chosen = { model: 'churn', version: 'placeholder-2', chosen: true };
    await activateModel(store, chosen);
    await registerShippedModels(store, SHIPPED);
    expect(await active('churn')).toBe('placeholder-2');
  });

  test('are refused, and the file named, when one changed under its name', async () => {
    await registerShippedModels(store, folder);
    await writeFile(path.join(folderOf('placeholder-1'), 'card.md'), '# Another\n');
    const again = registerShippedModels(store, folder);
    await expect(again).rejects.toMatchObject({ code: 'model_version_taken' });
    await expect(again).rejects.toThrow(/placeholder-1 of churn .* another card\.md/);
    await rm(path.join(folderOf('placeholder-1'), 'card.md'));
    await registerShippedModels(store, folder);
  });
});

describe('a version', () => {
  test('is read back from the database as it was registered', async () => {
    const { model, isNew } = await registerModelVersion(
      store,
      folderOf('placeholder-2'),
      'imported',
    );
    expect(isNew).toBe(true);
    const registered = new RegisteredModels(store);
    const read = await registered.load('churn', 'placeholder-2');
    expect(read.manifest).toEqual(model.manifest);
    expect(read.artifacts).toEqual(model.artifacts);
    expect(await registered.load('churn', 'placeholder-2')).toBe(read);
    await expect(registered.load('churn', 'none')).rejects.toMatchObject({
      code: 'model_not_found',
    });
  });

  test('is the same version when its files are the same, wherever they come from', async () => {
    const files = await readVersionFolder(folderOf('placeholder-2'));
    expect((await registerModelVersion(store, files, 'trained')).isNew).toBe(true);
    const again = await registerModelVersion(store, folderOf('placeholder-2'), 'imported');
    expect(again.isNew).toBe(false);
    const [version] = await listModelVersions(store, 'churn');
    expect(version).toMatchObject({ source: 'trained', placeholder: true, active: false });
  });

  test('is not registered when a file is damaged', async () => {
    const files = await readVersionFolder(folderOf('placeholder-2'));
    files.set('weights.bin', Buffer.from(files.get('weights.bin')!).fill(1, 0, 1));
    const refused = registerModelVersion(store, files, 'trained');
    await expect(refused).rejects.toThrow(/weights\.bin does not match the hash/);
    expect(await listModelVersions(store, 'churn')).toEqual([]);
  });

  test('cannot be changed or deleted afterwards', async () => {
    await registerShippedModels(store, folder);
    for (const change of [
      `UPDATE segcast.model_files SET bytes = ''`,
      `DELETE FROM segcast.model_files`,
      `UPDATE segcast.model_versions SET placeholder = false`,
    ]) {
      await expect(store.rows(change)).rejects.toThrow(/never changes/);
    }
  });
});

describe('the version in use', () => {
  const choose = (version: string) =>
    activateModel(store, { model: 'churn', version, chosen: true });

  test('goes back step by step, and not beyond the first', async () => {
    await registerShippedModels(store, SHIPPED);
    await registerShippedModels(store, folder);
    await choose('placeholder-1');
    expect(await rollBackModel(store, 'churn')).toEqual({
      from: 'placeholder-1',
      to: 'placeholder-2',
    });
    expect(await rollBackModel(store, 'churn')).toMatchObject({ to: 'placeholder-1' });
    expect(await active('churn')).toBe('placeholder-1');
    const beyond = rollBackModel(store, 'churn');
    await expect(beyond).rejects.toMatchObject({ code: 'nothing_to_roll_back' });
    await expect(rollBackModel(store, 'none')).rejects.toMatchObject({ code: 'model_not_found' });
  });

  test('stays when a judge refuses the switch, and its lock is given back', async () => {
    await registerShippedModels(store, folder);
    const refuse = () => {
      throw new Error('worse');
    };
    const switching = { model: 'churn', version: 'placeholder-1', chosen: true };
    await expect(activateModel(store, switching, refuse)).rejects.toThrow('worse');
    expect(await active('churn')).toBe('placeholder-2');
    await choose('placeholder-1');
    expect(await active('churn')).toBe('placeholder-1');
  });

  test('is one of those asked for when many switch at once, with the whole way kept', async () => {
    await registerShippedModels(store, SHIPPED);
    await registerShippedModels(store, folder);
    await Promise.all(Array.from({ length: 8 }, (_, n) => choose(`placeholder-${1 + (n % 2)}`)));
    const [top] = await store.rows<{ version: string }>(
      `SELECT version FROM segcast.model_activations
       WHERE model = 'churn' AND undone_at IS NULL ORDER BY id DESC LIMIT 1`,
    );
    expect(await active('churn')).toBe(top!.version);
  });
});
