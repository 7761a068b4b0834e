import type { AudienceGroup } from '@segcast/contracts';
import { streamAudienceMembers, type Store } from '@segcast/store';
import { csvText, csvTextForSpreadsheet } from '../http/csv.ts';
import { CSV, type ExportType } from './export-results.ts';

export interface AudienceExport {
  audienceId: string;
  group: AudienceGroup | undefined;
  /** Whether formulas in text are made harmless. */
  forSpreadsheet: boolean;
}

/** All members of an audience as text in pieces of some thousand lines. */
export async function* exportAudience(
  store: Store,
  type: ExportType,
  { audienceId, group, forSpreadsheet }: AudienceExport,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const text = forSpreadsheet ? csvTextForSpreadsheet : csvText;
  const isCsv = type === CSV;
  if (isCsv) yield 'customer_id,group\r\n';
  for await (const members of streamAudienceMembers(store, audienceId, group, signal)) {
    let lines = '';
    for (const member of members) {
      lines += isCsv
        ? `${text(member.customer_id)},${member.group}\r\n`
        : `${JSON.stringify(member)}\n`;
    }
    if (lines !== '') yield lines;
  }
}
