import { readFileSync } from 'node:fs';

import { AppError, type Segment } from '@segcast/contracts';
import type { Command } from 'commander';

import { type ApiOptions, openApi, withApiOptions } from '../api/open-api.ts';
import { formatInteger } from '../output/format-number.ts';
import { renderTable, type TableColumn } from '../output/render-table.ts';

interface SegmentsOptions extends ApiOptions {
  json: boolean;
}

const COLUMNS: readonly TableColumn<Segment>[] = [
  { title: 'Id', align: 'right', value: ({ id }) => String(id) },
  { title: 'Name', value: ({ name }) => name },
  {
    title: 'Members',
    align: 'right',
    value: ({ member_count }) => (member_count === null ? '–' : formatInteger(member_count)),
  },
  { title: 'Active', value: ({ is_active }) => (is_active ? 'yes' : 'no') },
  { title: 'Latest run', value: ({ latest_run }) => latest_run?.status ?? 'never scored' },
  { title: 'Rule', value: ({ rules }) => shorten(JSON.stringify(rules)) },
];

/** `segcast segments list | create | delete`, over the API. */
export function addSegmentsCommand(program: Command): void {
  const segments = program.command('segments').description('List, create and delete segments');

  withApiOptions(segments.command('list', { isDefault: true }))
    .description('every segment with its rule and latest run')
    .action(async ({ json, ...options }: SegmentsOptions) => {
      const all = await openApi(options).listSegments();
      console.log(json ? JSON.stringify(all) : renderTable(COLUMNS, all));
    });

  withApiOptions(segments.command('create'))
    .description('a new segment; without a rule it holds every customer')
    .argument('<name>')
    .option('-r, --rules <json>', 'JSONLogic, or @FILE to read it from')
    .option('-d, --description <text>')
    .action(async (name: string, options: SegmentsOptions & CreateOptions) => {
      const created = await openApi(options).createSegment({
        name,
        ...(options.description === undefined ? {} : { description: options.description }),
        ...(options.rules === undefined ? {} : { rules: parseRules(options.rules) }),
      });
      console.log(
        options.json ? JSON.stringify(created) : `Created segment ${created.id}, ${name}.`,
      );
    });

  withApiOptions(segments.command('delete'))
    .description('a segment with its runs and predictions')
    .argument('<segment>', 'id or name')
    .action(async (idOrName: string, { json, ...options }: SegmentsOptions) => {
      const api = openApi(options);
      const { id, name } = await api.findSegment(idOrName);
      await api.deleteSegment(id);
      console.log(json ? JSON.stringify({ deleted: id }) : `Deleted segment ${id}, ${name}.`);
    });
}

interface CreateOptions {
  rules?: string;
  description?: string;
}

function parseRules(text: string): unknown {
  const json = text.startsWith('@') ? readRules(text.slice(1)) : text;
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new AppError('malformed_json', `The rule is not JSON: ${String(cause)}.`, { cause });
  }
}

function readRules(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new AppError('invalid_request', `The rule file ${file} cannot be read.`, { cause });
  }
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
