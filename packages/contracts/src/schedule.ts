import { z } from 'zod';

export const scheduleSchema = z.object({
  name: z.literal('nightly'),
  /** Cron pattern of five fields, or six with seconds first; null where none was ever set. */
  pattern: z.string().nullable(),
  /** IANA name of a time zone. */
  tz: z.string().nullable(),
  enabled: z.boolean(),
  /** Where it comes from: what is set over HTTP wins over NIGHTLY_CRON and NIGHTLY_TZ. */
  source: z.enum(['environment', 'stored']),
  next_firing_at: z.iso.datetime().nullable(),
  updated_at: z.iso.datetime().nullable(),
});
export type Schedule = z.infer<typeof scheduleSchema>;

export const scheduleListSchema = z.object({
  results: z.array(scheduleSchema),
  next_cursor: z.null(),
});

export const updateScheduleSchema = z.strictObject({
  pattern: z.string().trim().min(1).max(200),
  tz: z.string().trim().min(1).max(100),
  enabled: z.boolean(),
});
