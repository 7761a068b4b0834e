import { z } from 'zod';
import { pageSchema } from './paging.ts';

/** What a key may do, each more than the one before. */
export const ROLES = ['read', 'write', 'admin'] as const;

export const roleSchema = z.enum(ROLES);
export type Role = z.infer<typeof roleSchema>;

/** Whether `role` may do what needs `needed`. */
export function roleAllows(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

export const createKeySchema = z.strictObject({
  /** For people: who or what uses it. */
  name: z.string().trim().min(1).max(200),
  role: roleSchema,
  /** Absent or null: good until it is revoked. */
  expires_at: z.iso.datetime({ offset: true }).nullish(),
});
export type CreateKey = z.infer<typeof createKeySchema>;

export const keySchema = z.object({
  key_id: z.int(),
  name: z.string(),
  role: roleSchema,
  /** How the key begins; the rest is stored nowhere. */
  prefix: z.string(),
  status: z.enum(['active', 'expired', 'revoked']),
  created_at: z.string(),
  expires_at: z.string().nullable(),
  revoked_at: z.string().nullable(),
  /** To the minute. */
  last_used_at: z.string().nullable(),
});
export type Key = z.infer<typeof keySchema>;

export const keyListSchema = pageSchema(keySchema);

/** A key just made, with the secret that is never shown again. */
export const newKeySchema = keySchema.extend({ secret: z.string() });
export type NewKey = z.infer<typeof newKeySchema>;

export const signInSchema = z.strictObject({ key: z.string().min(1).max(1000) });

export const sessionSchema = z.object({
  /** By what the caller is known; `open` while no key exists. */
  via: z.enum(['open', 'key', 'session']),
  role: roleSchema,
  key_id: z.int().nullable(),
  name: z.string().nullable(),
  expires_at: z.string().nullable(),
  /** To be sent as `X-XSRF-TOKEN` with every write of the session; also in the cookie `XSRF-TOKEN`. */
  csrf_token: z.string().nullable(),
});
/** Who calls, and what they may do. */
export type Session = z.infer<typeof sessionSchema>;
