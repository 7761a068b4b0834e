import type { MachineFacts } from '../measure/machine.ts';
import type { Findings, Table } from './findings.ts';
import { formatCount } from './format.ts';
import type { Result } from './results-file.ts';

/** The document of all results, in Markdown. */
export function performanceDocument(results: readonly Result[]): string {
  const [first] = results;
  if (first === undefined) throw new RangeError('There are no results yet.');
  return [
    '# Performance',
    `Everything here is measured and written by commands: \`npm run bench\` measures, \`npm run bench:report\` writes this page from what was measured, [performance.json](performance.json) has every single figure. \`npm run bench -- --help\` lists the parts; each of them can be measured by itself with the command that stands beside its figures.`,
    `A figure is the median of at least ${Math.min(...results.map(({ runs }) => runs))} repetitions, after one that is not counted. What is compared is measured in turns: every round measures everything once, begins with another part, and its ratios are those within the round. Before each measurement the predictions of the one before are deleted and the server writes a checkpoint. The customers are generated, always the same ones, and the server is Segcast's own PostgreSQL with \`fsync\`, \`full_page_writes\` and \`synchronous_commit\` on.`,
    '## At a glance',
    pledgesTable(results),
    '## The machine',
    machineTable(first.machine),
    ...results.flatMap((result) => section(result, first.machine)),
  ].join('\n\n');
}

function pledgesTable(results: readonly Result[]): string {
  const rows = results.flatMap(({ command, findings: { pledges } }) =>
    pledges.map(({ text, found, kept }) => [
      text,
      `**${found}**`,
      kept ? 'yes' : 'no',
      `\`${command}\``,
    ]),
  );
  return markdownTable(['What is to hold', 'Found', 'Holds', 'Measured by'], rows);
}

function machineTable(machine: MachineFacts): string {
  const { postgres, worker } = machine;
  const settings = Object.entries(postgres).map(([name, value]) => `\`${name}\` ${value}`);
  return markdownTable(
    ['', ''],
    [
      ['Processor', `${machine.processor}, ${machine.cores} cores`],
      ['Memory', `${machine.memoryGiB} GiB`],
      ['System', machine.system],
      ['Node.js', machine.node],
      ['Database', machine.database],
      ['Its settings', settings.join(', ')],
      ['Queue', machine.queue],
      [
        'A worker',
        `${worker.scoringThreads} scoring threads, up to ${formatCount(worker.shardSize)} members a shard, ${formatCount(worker.batchSize)} a batch`,
      ],
    ],
  );
}

function section(result: Result, first: MachineFacts): string[] {
  const { findings, command, machine } = result;
  const { title, about, charts, tables } = findings;
  const elsewhere =
    machine.processor === first.processor && machine.cores === first.cores
      ? ''
      : ` on ${machine.processor}, ${machine.cores} cores`;
  const when = `${result.measuredAt.slice(0, 10)}, ${result.runs} rounds`;
  const commit = machine.commit === null ? '' : `, commit ${machine.commit}`;
  return [
    `## ${title}`,
    `\`${command}\` (${when}${commit}${elsewhere})`,
    ...about,
    ...charts.map(({ name, title: of }) => `![${of}](images/${fileName(name)})`),
    ...tables.flatMap(toMarkdown),
    ...holds(findings),
  ];
}

function holds({ pledges }: Findings): string[] {
  if (pledges.length === 0) return [];
  return [
    pledges
      .map(({ text, found, kept }) => `- ${text}: **${found}**${kept ? '' : ' (does not hold)'}`)
      .join('\n'),
  ];
}

function toMarkdown({ title, columns, rows }: Table): string[] {
  return [`### ${title}`, markdownTable(columns, rows)];
}

function markdownTable(columns: readonly string[], rows: readonly string[][]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = columns.map((_, index) => (index === 0 || columns[index] === '' ? '---' : '---:'));
  return [line(columns), line(rule), ...rows.map(line)].join('\n');
}

/** The file of a chart, beside the other pictures of the documentation. */
export function fileName(chart: string): string {
  return `performance-${chart}.svg`;
}
