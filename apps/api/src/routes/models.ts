import {
  activateModelSchema,
  API_PREFIX,
  compareQuerySchema,
  modelComparisonSchema,
  modelListSchema,
  modelNameSchema,
  modelSchema,
  modelSwitchSchema,
} from '@segcast/contracts';
import { compareVersions, listModels, rollBack, showModel, switchModel } from '@segcast/registry';
import { z } from 'zod';
import { defineRoute } from '../http/route.ts';
import { MODEL, MODEL_COMPARISON, MODEL_SUMMARY, MODEL_SWITCH } from '../openapi/model-examples.ts';

const MODEL_PATH = `${API_PREFIX}/ml/models/{name}/`;
const modelParams = z.object({ name: modelNameSchema });

export const modelList = defineRoute({
  method: 'get',
  path: `${API_PREFIX}/ml/models/`,
  summary: 'The models and their versions in use',
  tag: 'Models',
  responses: {
    200: {
      description: 'All of them, in the order churn, nbo, rfm.',
      schema: modelListSchema,
      example: { results: [MODEL_SUMMARY], next_cursor: null },
    },
  },
  handler: async (_request, { store }) => ({
    status: 200,
    body: { results: await listModels(store), next_cursor: null },
  }),
});

export const modelDetail = defineRoute({
  method: 'get',
  path: MODEL_PATH,
  summary: 'A model: its versions, their figures, and how far its inputs have drifted',
  tag: 'Models',
  params: modelParams,
  responses: { 200: { description: 'The model.', schema: modelSchema, example: MODEL } },
  errors: ['model_not_found'],
  handler: async ({ params }, { store }) => ({
    status: 200,
    body: await showModel(store, params.name),
  }),
});

export const activateModel = defineRoute({
  method: 'post',
  path: `${MODEL_PATH}activate/`,
  summary: 'Take a version into use; runs that are under way keep theirs',
  tag: 'Models',
  access: 'admin',
  params: modelParams,
  body: activateModelSchema,
  bodyExample: { version: 'cdnow-2026-01-05' },
  responses: {
    200: {
      description: 'The version is in use, in every process.',
      schema: modelSwitchSchema,
      example: MODEL_SWITCH,
    },
  },
  errors: ['model_not_found', 'model_worse', 'model_fixed'],
  handler: async ({ params, body }, { store, refreshSettings }) => {
    const switched = await switchModel(store, { name: params.name, ...body });
    await refreshSettings();
    return { status: 200, body: switched };
  },
});

export const rollBackModel = defineRoute({
  method: 'post',
  path: `${MODEL_PATH}rollback/`,
  summary: 'Go back to the version in use before',
  tag: 'Models',
  access: 'admin',
  params: modelParams,
  responses: {
    200: {
      description: 'The version before is in use again.',
      schema: modelSwitchSchema,
      example: MODEL_SWITCH,
    },
  },
  errors: ['model_not_found', 'nothing_to_roll_back', 'model_fixed'],
  handler: async ({ params }, { store, refreshSettings }) => {
    const switched = await rollBack(store, params.name);
    await refreshSettings();
    return { status: 200, body: switched };
  },
});

export const compareModel = defineRoute({
  method: 'get',
  path: `${MODEL_PATH}compare/`,
  summary: 'Two versions side by side, and whether the first may take the place of the second',
  tag: 'Models',
  params: modelParams,
  query: compareQuerySchema,
  responses: {
    200: {
      description: 'Each version was measured on its own held-out customers.',
      schema: modelComparisonSchema,
      example: MODEL_COMPARISON,
    },
  },
  errors: ['model_not_found'],
  handler: async ({ params, query }, { store }) => ({
    status: 200,
    body: await compareVersions(store, params.name, query),
  }),
});
