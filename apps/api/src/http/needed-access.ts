import { API_PREFIX, type Role } from '@segcast/contracts';

/** The role that a route needs; `public` ones answer without a key. */
export type Access = 'public' | Role;

/** Whose reading is for admins too: they tell of keys and of where data is sent. */
const ADMIN_ONLY = ['keys', 'webhooks'];
/** Which everybody may read and admins change. */
const ADMIN_WRITES = ['models', 'ml/models', 'schedules', 'offers'];

interface AccessFacts {
  method: string;
  path: string;
  access?: Access;
}

/**
 * What a caller must be allowed: as the route says, else `admin` below the paths that only admins
 * change, else `read` to GET and `write` for the rest. A route that says nothing is never open.
 */
export function neededAccess({ method, path, access }: AccessFacts): Access {
  if (access !== undefined) return access;
  const below = (areas: readonly string[]) =>
    areas.some((area) => path.startsWith(`${API_PREFIX}/${area}/`));
  if (below(ADMIN_ONLY)) return 'admin';
  if (method === 'get') return 'read';
  return below(ADMIN_WRITES) ? 'admin' : 'write';
}
