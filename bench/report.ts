import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '@segcast/runtime';
import { Command } from 'commander';
import { format, resolveConfig } from 'prettier';
import { BENCHES } from './benches/index.ts';
import { barChartSvg } from './report/bar-chart-svg.ts';
import { fileName, performanceDocument } from './report/performance-document.ts';
import { readResults, type Result } from './report/results-file.ts';

const inProject = (path: string): string => join(PROJECT_ROOT, path);

await new Command('npm run bench:report --')
  .description('Writes the document of performance, its data and its charts.')
  .option(
    '--results <file>',
    'what npm run bench has written',
    inProject('bench/results/latest.json'),
  )
  .option('--docs <folder>', 'takes the document', inProject('docs'))
  .action(report)
  .parseAsync();

async function report({ results, docs }: { results: string; docs: string }): Promise<void> {
  const found = inOrder(readResults(results));
  if (found.length === 0) {
    console.error(`There are no results in ${results}. Measure first: npm run bench`);
    process.exitCode = 1;
    return;
  }
  const images = join(docs, 'images');
  mkdirSync(images, { recursive: true });
  await write(join(docs, 'performance.md'), performanceDocument(found));
  await write(join(docs, 'performance.json'), JSON.stringify(found));
  for (const chart of found.flatMap(({ findings }) => findings.charts)) {
    writeFileSync(join(images, fileName(chart.name)), barChartSvg(chart));
  }
  console.log(
    `${join(docs, 'performance.md')} shows ${found.map(({ bench }) => bench).join(', ')}.`,
  );
}

function inOrder(results: readonly Result[]): Result[] {
  return BENCHES.flatMap(({ name }) => results.filter(({ bench }) => bench === name));
}

/** As the project's other files are formatted. */
async function write(file: string, text: string): Promise<void> {
  const config = await resolveConfig(file);
  writeFileSync(file, await format(text, { ...config, filepath: file }));
}
