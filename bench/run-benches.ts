import type { Bench, BenchContext, BenchOptions } from './bench.ts';
import { readMachineFacts } from './measure/machine.ts';
import { printFindings } from './report/print-findings.ts';
import { keepResult } from './report/results-file.ts';
import { openBenchService } from './service/bench-service.ts';

export interface RunBenchesOptions extends BenchOptions {
  /** Keeps the servers and their customers from one bench to the next. */
  dataDir: string;
  /** Takes the results. */
  resultsFile: string;
  /** The command line that measures a bench again. */
  commandOf: (bench: Bench) => string;
  say: (text: string) => void;
}

/** Measures one subject after the other, shows each as soon as it is known, and keeps it. */
export async function runBenches(
  benches: readonly Bench[],
  options: RunBenchesOptions,
): Promise<void> {
  const { say } = options;
  const service = await openBenchService(options.dataDir, say);
  try {
    const context: BenchContext = { service, options, say };
    const machine = await readMachineFacts(service);
    const { database, queue } = service.description;
    say(`${machine.processor}, ${machine.cores} cores, Node.js ${machine.node}`);
    say(`${database}; ${queue}`);
    for (const bench of benches) {
      say(`\n${bench.name}: ${bench.summary}`);
      const findings = await bench.measure(context);
      say(printFindings(findings));
      keepResult(options.resultsFile, {
        bench: bench.name,
        command: options.commandOf(bench),
        measuredAt: new Date().toISOString(),
        customers: options.customers,
        runs: options.runs,
        machine,
        findings,
      });
    }
  } finally {
    await service.close();
  }
}
