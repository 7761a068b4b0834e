import {
  API_PREFIX,
  createSegmentSchema,
  segmentSchema,
  updateSegmentSchema,
} from '@segcast/contracts';
import {
  createSegment as createRecord,
  deleteSegment as deleteRecord,
  updateSegment as updateRecord,
} from '@segcast/store';
import { allowedVersions, versionTag } from '../http/etag.ts';
import { defineRoute } from '../http/route.ts';
import { parseRules } from '../segments/parse-rules.ts';
import { presentSegment } from '../segments/present-segments.ts';
import { segmentParams } from './parameters.ts';

const RULE_EXAMPLE = {
  and: [{ '>': [{ var: 'total_revenue' }, 1000] }, { '==': [{ var: 'country' }, 'PT'] }],
};

const IF_MATCH = {
  'If-Match': 'The `ETag` that the segment must still have; 412 when somebody has changed it.',
};

export const createSegment = defineRoute({
  method: 'post',
  path: `${API_PREFIX}/segments/`,
  summary: 'Create a segment',
  tag: 'Segments',
  body: createSegmentSchema,
  bodyExample: { name: 'Big spenders in Portugal', rules: RULE_EXAMPLE },
  responses: {
    201: {
      description: 'The segment.',
      schema: segmentSchema,
      headers: { Location: 'The path of the segment.', ETag: 'Its version, for `If-Match`.' },
    },
  },
  errors: ['invalid_rule', 'segment_name_taken', 'warehouse_unavailable'],
  handler: async ({ body }, deps) => {
    await parseRules(deps, body.rules);
    const record = await createRecord(deps.store, {
      name: body.name,
      description: body.description,
      rules: body.rules,
      isActive: body.is_active,
      churnThresholds: body.churn_thresholds,
    });
    const headers = {
      Location: `${API_PREFIX}/segments/${record.id}/`,
      ETag: versionTag(record.version),
    };
    return { status: 201, headers, body: await presentSegment(deps, record) };
  },
});

export const updateSegment = defineRoute({
  method: 'patch',
  path: `${API_PREFIX}/segments/{id}/`,
  summary: 'Change what the body names, and leave the rest',
  tag: 'Segments',
  params: segmentParams,
  body: updateSegmentSchema,
  bodyExample: { is_active: false },
  headers: IF_MATCH,
  responses: {
    200: {
      description: 'The segment as it is now.',
      schema: segmentSchema,
      headers: { ETag: 'Its version, for `If-Match`.' },
    },
  },
  errors: [
    'invalid_rule',
    'segment_not_found',
    'segment_name_taken',
    'precondition_failed',
    'warehouse_unavailable',
  ],
  handler: async ({ params, body, header }, deps) => {
    if (body.rules !== undefined) await parseRules(deps, body.rules);
    const changes = {
      ...(body.name !== undefined && { name: body.name }),
      ...(body.description !== undefined && { description: body.description }),
      ...(body.rules !== undefined && { rules: body.rules }),
      ...(body.is_active !== undefined && { isActive: body.is_active }),
      ...(body.churn_thresholds !== undefined && { churnThresholds: body.churn_thresholds }),
    };
    const versions = allowedVersions(header('if-match'));
    const record = await updateRecord(deps.store, params.id, changes, versions);
    const headers = { ETag: versionTag(record.version) };
    return { status: 200, headers, body: await presentSegment(deps, record) };
  },
});

export const deleteSegment = defineRoute({
  method: 'delete',
  path: `${API_PREFIX}/segments/{id}/`,
  summary: 'Delete a segment with its runs and their predictions',
  tag: 'Segments',
  params: segmentParams,
  headers: IF_MATCH,
  responses: { 204: { description: 'It is gone.' } },
  errors: ['segment_not_found', 'segment_busy', 'precondition_failed'],
  handler: async ({ params, header }, { store }) => {
    await deleteRecord(store, params.id, allowedVersions(header('if-match')));
    return { status: 204 };
  },
});
