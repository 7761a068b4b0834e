import { AppError, type ModelSwitch } from '@segcast/contracts';
import {
  activateModel,
  rollBackModel,
  type ModelVersionRecord,
  type Store,
  type Switched,
} from '@segcast/store';
import { refuseWorse } from './objection.ts';

type ModelName = ModelSwitch['name'];

/**
 * Takes a version into use because somebody chose it; runs submitted from now on use it, those that
 * are under way keep theirs.
 *
 * @throws AppError `model_not_found`; `model_worse` unless forced; `model_fixed` for RFM bounds that
 *   the configuration does not ask for.
 */
export async function switchModel(
  store: Store,
  { name, version, force }: { name: ModelName; version: string; force: boolean },
): Promise<ModelSwitch> {
  const judge = (candidate: ModelVersionRecord, current: ModelVersionRecord | null) => {
    refuseConfigured(candidate, current);
    if (!force) refuseWorse(candidate, current);
  };
  return present(name, await activateModel(store, { model: name, version, chosen: true }, judge));
}

/**
 * Goes back to the version in use before.
 *
 * @throws AppError `model_not_found`, `nothing_to_roll_back`, `model_fixed`.
 */
export async function rollBack(store: Store, name: ModelName): Promise<ModelSwitch> {
  return present(name, await rollBackModel(store, name, refuseConfigured));
}

/** Quintiles may be chosen among; bounds follow the configuration, also at the next start. */
function refuseConfigured(
  { model, version, source }: ModelVersionRecord,
  current: ModelVersionRecord | null,
): void {
  if (model !== 'rfm' || (source === 'computed' && current?.source === 'computed')) return;
  throw new AppError(
    'model_fixed',
    `The RFM version ${version} cannot be chosen: the version in use${current === null ? '' : `, ${current.version},`} follows from RFM_MODE and the RFM bounds of the configuration. Change those and restart.`,
  );
}

function present(name: ModelName, { from, to }: Switched): ModelSwitch {
  return { name, previous_version: from, active_version: to };
}
