import type { CallOptions, Connection } from './connection.ts';
import { allOf, eachOf } from './pages.ts';
import type { Audience, AudienceFilter, AudienceMember } from './types.ts';

export interface AudienceFields {
  name: string;
  /** As for results; none is everybody in the run. */
  filter?: Partial<AudienceFilter>;
  /** The share that is left alone, from 0 to 1. */
  control_share?: number;
}

export type AudiencesApi = ReturnType<typeof createAudiencesApi>;

/** Customers frozen out of a run's results, for campaigns. */
export function createAudiencesApi(connection: Connection) {
  const { call } = connection;
  const at = (id: string, rest = '') => `/audiences/${encodeURIComponent(id)}/${rest}`;

  return {
    create: (runId: string, body: AudienceFields, options?: CallOptions) => {
      const path = `/ml/runs/${encodeURIComponent(runId)}/audiences/`;
      return call<Audience>(path, { ...options, method: 'POST', body });
    },
    getAll: (options?: CallOptions) => allOf<Audience>(connection, '/audiences/', options),
    get: (id: string, options?: CallOptions) => call<Audience>(at(id), options),
    remove: (id: string, options?: CallOptions) =>
      call<undefined>(at(id), { ...options, method: 'DELETE' }),
    members: (id: string, options: { group?: 'target' | 'control' } & CallOptions = {}) => {
      const { signal, ...query } = options;
      return eachOf<AudienceMember>(connection, at(id, 'members/'), { query, signal });
    },
  };
}
