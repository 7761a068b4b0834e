import { inputColumns } from '../measure/floor-query.ts';
import { RELATION } from '../service/customers.ts';
import type { BenchSegment } from '../service/segments.ts';
import type { Stage } from '../service/stage.ts';
import type { Networks } from './networks.ts';
import { openOneByOnePeer } from './one-by-one-peer.ts';
import { openPagesPeer } from './pages-peer.ts';
import type { Peer } from './peer.ts';
import { openPythonPeer } from './python-peer.ts';
import { openSqlPeer } from './sql-peer.ts';

export interface PeerSegments {
  /** Members for the way that scores some thousands only. */
  few: BenchSegment;
  /** Members for the others. */
  many: BenchSegment;
}

/** A peer, and the segment whose members it scores. */
export interface OpenPeer extends Peer {
  segment: BenchSegment;
  /** Whether it keeps its predictions, in `peers.predictions`. */
  keeps: boolean;
}

/** Every peer that this machine has what it takes for; `say` hears of the others. */
export async function openPeers(
  { urls, sql }: Stage,
  { few, many }: PeerSegments,
  networks: Networks,
  say: (text: string) => void,
): Promise<OpenPeer[]> {
  const url = urls.databaseUrl;
  const { members, condition } = many;
  const columns = ['customer_id', ...(await inputColumns())].join(', ');
  const query = `SELECT ${columns} FROM ${RELATION} WHERE ${condition}`;
  const python = openPythonPeer(url, query, members);
  if (python === null) say('No Python with psycopg2 and NumPy here: that peer is left out.');
  const { rows } = await sql.query<{ id: string }>(
    `SELECT customer_id AS id FROM ${RELATION} WHERE ${few.condition}`,
  );
  const ids = rows.map(({ id }) => id);
  const keeping = [
    await openPagesPeer(url, query, members, networks),
    ...(python === null ? [] : [python]),
    await openSqlPeer(url, condition, members),
  ];
  return [
    ...keeping.map((peer) => ({ ...peer, segment: many, keeps: true })),
    { ...(await openOneByOnePeer(url, ids, networks)), segment: few, keeps: false },
  ];
}
