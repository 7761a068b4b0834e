import { z } from 'zod';
import { resultFilterSchema, segmentIdSchema } from './lists.ts';
import { pageQuerySchema, pageSchema } from './paging.ts';

/** As for results; a nightly run needs the segment too. */
const audienceFilterSchema = resultFilterSchema.extend({ segment_id: segmentIdSchema.optional() });
export type AudienceFilter = z.infer<typeof audienceFilterSchema>;

export const createAudienceSchema = z.strictObject({
  name: z.string().trim().min(1).max(200),
  filter: audienceFilterSchema.default({}),
  control_share: z.number().min(0).max(1).default(0).meta({
    description:
      'The share of the audience that is left alone. A customer is in the control group when the first 32 bits of SHA-256 of "audience_id:customer_id" (UTF-8), divided by 2³², are below it: anybody can compute it again, and the share comes out as exactly as such a draw does, which `control_count` tells.',
  }),
});

export const audienceSchema = z.object({
  audience_id: z.uuid(),
  name: z.string(),
  run_id: z.uuid(),
  segment_id: z.int(),
  segment_name: z.string(),
  filter: z.record(z.string(), z.union([z.string(), z.number()])),
  control_share: z.number(),
  /** Members, those of the control group included. */
  count: z.int(),
  control_count: z.int(),
  created_at: z.iso.datetime(),
});
/** A list of customers, frozen when it was made from a run's results; only erasure changes it. */
export type Audience = z.infer<typeof audienceSchema>;
export const audienceListSchema = pageSchema(audienceSchema);

const audienceGroupSchema = z.enum(['target', 'control']);
export type AudienceGroup = z.infer<typeof audienceGroupSchema>;

export const audienceMemberSchema = z.object({
  customer_id: z.string(),
  group: audienceGroupSchema,
});
export type AudienceMember = z.infer<typeof audienceMemberSchema>;
export const audienceMemberListSchema = pageSchema(audienceMemberSchema);

export const audienceMemberQuerySchema = pageQuerySchema
  .extend({
    group: audienceGroupSchema.optional(),
    spreadsheet: z.enum(['true', 'false']).optional().meta({
      description:
        'In CSV, put an apostrophe before ids that a spreadsheet would take for a formula.',
    }),
  })
  .strict();

const audienceChangeSchema = z.enum(['added', 'removed', 'kept']);
export type AudienceChange = z.infer<typeof audienceChangeSchema>;

export const audienceDiffQuerySchema = pageQuerySchema
  .extend({
    change: audienceChangeSchema.default('added').meta({ description: 'Which members to list.' }),
  })
  .strict();

export const audienceDiffSchema = audienceMemberListSchema.extend({
  audience_id: z.uuid(),
  other_id: z.uuid(),
  /** Only in the other audience. */
  added: z.int(),
  /** Only in this one. */
  removed: z.int(),
  /** In both. */
  kept: z.int(),
  /** The change of the members listed. */
  change: audienceChangeSchema,
});
export type AudienceDiff = z.infer<typeof audienceDiffSchema>;
