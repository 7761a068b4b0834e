import { createHash } from 'node:crypto';
import type { RunSummary } from '@segcast/contracts';

/**
 * A name for how a run stands, which changes with whatever is shown of it but its speed: that is
 * another at every look.
 */
export function versionOf(run: RunSummary): string {
  const progress = { ...run.progress, customers_per_second: null, eta_seconds: null };
  return versionOfText(JSON.stringify({ ...run, progress }));
}

/** The same of a finished run, whose speed changes no more, from its text. */
export function versionOfText(shown: string): string {
  return createHash('sha256').update(shown).digest('base64url').slice(0, 22);
}

/** The weak entity tag (RFC 9110) of a version. */
export function tagOf(version: string): string {
  return `W/"${version}"`;
}
