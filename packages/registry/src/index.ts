export {
  proveVersion,
  registerModelVersion,
  type RegisteredVersion,
} from './register-model-version.ts';
export { registerShippedModels } from './register-shipped-models.ts';
export { RegisteredModels } from './registered-models.ts';
export { readVersionFolder, writeVersionFolder } from './version-folder.ts';
export { readRfmVersion, registerRfmVersion } from './rfm-versions.ts';
export { MARGIN, metricsOf, objectionTo, refuseWorse } from './objection.ts';
export { compareVersions, listModels, showModel } from './present-models.ts';
export { rollBack, switchModel } from './switch-model.ts';
export { requireBackground } from './require-background.ts';
