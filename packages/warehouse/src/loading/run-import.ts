import type { Client } from 'pg';
import { inLoadingTransaction, withAdmin } from './admin-session.ts';
import { tidy } from './publish-features.ts';
import { resolveRelation, type RelationName } from './relation-name.ts';
import { RejectLog } from './text/reject-log.ts';

export interface RunImportOptions {
  /** `customer_features_view` or another relation, as `name` or `schema.name`. */
  relation: string;
  /** How many lines may be unreadable before the whole import is refused: 100 when left out. */
  maxErrors?: number;
  /** Where to write the rejected lines as CSV: file, line, reason, text. */
  rejectsFile?: string;
}

const DEFAULT_MAX_ERRORS = 100;

/** Runs `load` in one transaction, all or nothing, and adds to its report how long it took. */
export async function runImport<Report>(
  adminUrl: string,
  options: RunImportOptions,
  load: (client: Client, relation: RelationName, rejects: RejectLog) => Promise<Report>,
): Promise<Report & { duration_ms: number }> {
  const started = performance.now();
  const rejects = new RejectLog(options.maxErrors ?? DEFAULT_MAX_ERRORS, options.rejectsFile);
  try {
    return await withAdmin(adminUrl, async (client) => {
      const relation = await resolveRelation(client, options.relation);
      const report = await inLoadingTransaction(client, () => load(client, relation, rejects));
      await tidy(client, relation);
      return { ...report, duration_ms: Math.round(performance.now() - started) };
    });
  } finally {
    rejects.close();
  }
}
