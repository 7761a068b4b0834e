import type { PeerSummary } from './peer-summary.ts';

/** Another way to do what a run does. */
export interface Peer {
  name: string;
  /** How it works, in a sentence or two. */
  about: string;
  /** Members that it scores of those that the run scores; its time is scaled by that. */
  members: number;
  /** Scores once, and answers what it found. */
  score(): Promise<PeerSummary>;
  close(): Promise<void>;
}

/** What a peer reads of a customer. */
export interface CustomerRow {
  customer_id: string;
  [column: string]: unknown;
}
