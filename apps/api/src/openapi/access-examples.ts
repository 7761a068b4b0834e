import type { Key, Session } from '@segcast/contracts';

/*
 * Answers as the API document shows them. Their types keep them true to the schemas.
 */

export const KEY: Key = {
  key_id: 3,
  name: 'Dashboard',
  role: 'read',
  prefix: 'segcast_4f1h',
  status: 'active',
  created_at: '2026-01-05T09:00:00.000Z',
  expires_at: '2030-01-01T00:00:00.000Z',
  revoked_at: null,
  last_used_at: null,
};

export const SESSION: Session = {
  via: 'session',
  role: 'read',
  key_id: 3,
  name: 'Dashboard',
  expires_at: '2026-01-05T21:00:00.000Z',
  csrf_token: 'oB3cZ7mYxW1dQkq0V4tE2sJ9uLhRfGpA5nTiC8eHyKM',
};
