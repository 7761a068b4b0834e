import { inputColumns } from '../measure/floor-query.ts';
import { RELATION } from '../service/customers.ts';
import type { BenchSegment } from '../service/segments.ts';
import type { Stage } from '../service/stage.ts';
import { openNetworks } from './networks.ts';
import { openOneByOnePeer } from './one-by-one-peer.ts';
import { openPagesPeer } from './pages-peer.ts';
import type { Peer } from './peer.ts';

export interface PeerSegments {
  /** Members for the way that scores some thousands only. */
  few: BenchSegment;
  /** Members for the others. */
  many: BenchSegment;
}

/** A peer, and the segment whose members it scores. */
export interface OpenPeer extends Peer {
  segment: BenchSegment;
}

/** Every peer that this machine has what it takes for; `say` hears of the others. */
export async function openPeers(
  { urls, sql }: Stage,
  { few, many }: PeerSegments,
): Promise<OpenPeer[]> {
  const url = urls.databaseUrl;
  const networks = await openNetworks();
  const { rows } = await sql.query<{ id: string }>(
    `SELECT customer_id AS id FROM ${RELATION} WHERE ${few.condition}`,
  );
  const query = `SELECT customer_id, ${(await inputColumns()).join(', ')} FROM ${RELATION} WHERE ${many.condition}`;
  return [
    { ...(await openPagesPeer(url, query, many.members, networks)), segment: many },
    {
      ...(await openOneByOnePeer(
        url,
        rows.map(({ id }) => id),
        networks,
      )),
      segment: few,
    },
  ];
}
