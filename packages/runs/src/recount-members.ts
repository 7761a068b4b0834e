import { toSqlCondition, type Rule } from '@segcast/rules';
import {
  compareMembers,
  latestRunRecords,
  type MemberChanges,
  type RunRecord,
  type Store,
} from '@segcast/store';
import { countMembers, streamMembers, type Warehouse } from '@segcast/warehouse';
import { predictionsOf } from './read-matches.ts';

/** Ids in one piece on their way from one database to the other. */
const BATCH_SIZE = 4096;

export interface Recount {
  count: number;
  /** Against the newest succeeded run, where its predictions are kept. */
  changes: (MemberChanges & { runId: string }) | null;
}

/** Counts the members of a segment as the warehouse has them now, and who came and went. */
export async function recountMembers(
  deps: { store: Store; warehouse: Warehouse },
  segmentId: number,
  rule: Rule,
  signal: AbortSignal,
): Promise<Recount> {
  const condition = toSqlCondition(rule);
  const latest = await latestRunRecords(deps.store, [segmentId], { succeeded: true });
  const run = latest.get(segmentId);
  const compared = run && (await compare(deps, run, condition, signal));
  if (compared) return compared;
  return { count: await countMembers(deps.warehouse, condition), changes: null };
}

async function compare(
  { store, warehouse }: { store: Store; warehouse: Warehouse },
  run: RunRecord,
  condition: string,
  signal: AbortSignal,
): Promise<Recount | null> {
  let count = 0;
  const changes = await compareMembers(store, predictionsOf(run), async (add) => {
    const range = { lo: null, hi: null };
    const options = { condition, range, columns: [], batchSize: BATCH_SIZE, signal };
    const streamed = await streamMembers(warehouse, { ...options, onBatch: add });
    count = streamed.members;
  });
  return changes && { count, changes: { ...changes, runId: run.id } };
}
