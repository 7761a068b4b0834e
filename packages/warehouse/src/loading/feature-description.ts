import type { LoadSettings } from './settings.ts';

/** What the comment of the relation says, after its mark. */
export function descriptionOf(settings: LoadSettings): string {
  const asOf = settings.asOf === null ? 'as of today' : `as of ${settings.asOf}`;
  const computedAt = new Date().toISOString();
  return `features of customers, ${asOf} (${settings.origin}), computed ${computedAt}`;
}

const DESCRIPTION =
  /features of customers, as of (today|\d{4}-\d\d-\d\d) \(\w+\), computed (\d{4}-\d\d-\d\dT[\d:.]+Z)$/;

/** When features were computed and as of which day, by the comment that `descriptionOf` wrote. */
export function parseDescription(
  comment: string,
): { computedAt: string; asOf: string } | { computedAt: null; asOf: null } {
  const [, asOf, computedAt] = DESCRIPTION.exec(comment) ?? [];
  if (asOf === undefined || computedAt === undefined) return { computedAt: null, asOf: null };
  return { computedAt, asOf: asOf === 'today' ? computedAt.slice(0, 10) : asOf };
}
