import { readFileSync } from 'node:fs';

import { AppError } from '@segcast/contracts';
import { loadConfig } from '@segcast/runtime';
import type { Command } from 'commander';

import { resolveApiUrl } from './resolve-api-url.ts';
import { createSegcastApi, type SegcastApi } from './segcast-api.ts';

export interface ApiOptions {
  url?: string;
  keyFile?: string;
}

/** The options of every command that asks the API. */
export function withApiOptions(command: Command): Command {
  return command
    .option('--json', 'print JSON', false)
    .option('--url <url>', 'address of the API; without it the one running here')
    .option('--key-file <file>', 'file that holds the key to send; else SEGCAST_API_KEY');
}

/** The API that the options and the configuration name, with the key that they give. */
export function openApi({ url, keyFile }: ApiOptions): SegcastApi {
  const key = keyFile === undefined ? loadConfig().access.apiKey : readKey(keyFile);
  return createSegcastApi(resolveApiUrl(url), { key });
}

function readKey(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new AppError('invalid_request', `The key file ${file} cannot be read.`, { cause });
  }
  // Its content is not repeated: it may be another secret.
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw new AppError('invalid_request', `The key file ${file} must hold one key and nothing else.`);
}
