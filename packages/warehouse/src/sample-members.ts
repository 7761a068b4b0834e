import type { Features } from '@segcast/contracts';
import { listMembers } from './list-members.ts';
import type { Warehouse } from './warehouse.ts';

/** The features of the members with the least ids: always the same ones, and cheap by the index. */
export async function sampleMembers(
  warehouse: Warehouse,
  condition: string,
  limit: number,
): Promise<Features[]> {
  const members = await listMembers(warehouse, condition, { after: null, limit });
  return members.map((member) => member.features);
}
