import type { BenchService } from './service/bench-service.ts';
import type { Findings } from './report/findings.ts';

export interface BenchOptions {
  /** Customers of the warehouse. */
  customers: number;
  /** Counted repetitions of each measurement. */
  runs: number;
  /** Members that the peers score which score all of them; null: every customer. */
  peerCustomers: number | null;
  /** Also look at where a run's time goes. */
  phases: boolean;
}

export interface BenchContext {
  service: BenchService;
  options: BenchOptions;
  /** Tells the person who waits. */
  say: (text: string) => void;
}

/** A subject that is measured by itself, by name on the command line. */
export interface Bench {
  name: string;
  summary: string;
  measure(context: BenchContext): Promise<Findings>;
}
