import type { AudienceGroup, AudienceMember, Page, PageQuery } from '@segcast/contracts';
import { readAudience } from './audiences.ts';
import { decodeCursor, pageOf } from './cursor.ts';
import type { Store } from './open-store.ts';

/** Chunks read by one statement of a stream. */
const AT_ONCE = 4;

interface MemberRow {
  id: string;
  control: boolean;
}

function toMember({ id, control }: MemberRow): AudienceMember {
  return { customer_id: id, group: control ? 'control' : 'target' };
}

/** One page of an audience's members, or of those of one group, by the bytes of their ids. */
export async function listAudienceMembers(
  store: Store,
  audienceId: string,
  group: AudienceGroup | undefined,
  { limit, cursor }: PageQuery,
): Promise<Page<AudienceMember>> {
  const after = decodeCursor(cursor, ['text'])?.[0] ?? null;
  const rows = await store.rows<MemberRow>(
    `SELECT m.id, m.control
     FROM segcast.audience_chunks c
     CROSS JOIN LATERAL unnest(c.customer_ids, c.controls) WITH ORDINALITY m (id, control, number)
     WHERE c.audience_id = $1 AND ($2::text IS NULL OR c.hi > $2 AND m.id COLLATE "C" > $2)
       AND ($3::boolean IS NULL OR m.control = $3)
     ORDER BY c.chunk, m.number LIMIT $4`,
    [audienceId, after, group === undefined ? null : group === 'control', limit + 1],
  );
  return toPage(rows, limit, (last) => [last]);
}

/** The members listed, of one more than `limit` found, and where the next page begins. */
export function toPage(
  rows: readonly MemberRow[],
  limit: number,
  toCursor: (lastId: string) => (string | number)[],
): Page<AudienceMember> {
  const page = pageOf(rows, limit, ({ id }) => toCursor(id));
  return { ...page, results: page.results.map(toMember) };
}

/**
 * All members of an audience, or of one group, in portions as they are asked for. Throws
 * `audience_not_found` also when it is deleted meanwhile, lest a part be taken for the whole.
 */
export async function* streamAudienceMembers(
  store: Store,
  audienceId: string,
  group: AudienceGroup | undefined,
  signal: AbortSignal,
): AsyncGenerator<AudienceMember[], void> {
  let next = 0;
  while (!signal.aborted) {
    const chunks = await store.rows<{ chunk: number; ids: string[]; controls: boolean[] }>(
      `SELECT chunk, customer_ids AS ids, controls FROM segcast.audience_chunks
       WHERE audience_id = $1 AND chunk >= $2 ORDER BY chunk LIMIT ${AT_ONCE}`,
      [audienceId, next],
    );
    for (const { ids, controls } of chunks) {
      const members = ids.map((id, i) => toMember({ id, control: controls[i]! }));
      yield group === undefined ? members : members.filter((member) => member.group === group);
    }
    if (chunks.length < AT_ONCE) break;
    next = chunks.at(-1)!.chunk + 1;
  }
  if (!signal.aborted) await readAudience(store, audienceId);
}
