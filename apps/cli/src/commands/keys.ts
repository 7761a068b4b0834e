import { type Key, type Role, ROLES } from '@segcast/contracts';
import {
  anyApiKey,
  createApiKey,
  listApiKeys,
  presentApiKey,
  revokeApiKey,
  type Store,
} from '@segcast/store';
import { type Command, Option } from 'commander';

import { renderTable, type TableColumn } from '../output/render-table.ts';
import { withStore } from '../with-store.ts';
import { futureTime, wholeNumber } from './parse-options.ts';

interface CreateOptions {
  role: Role;
  name?: string;
  expires?: Date;
  json: boolean;
}

const COLUMNS: readonly TableColumn<Key>[] = [
  { title: 'Id', align: 'right', value: ({ key_id }) => String(key_id) },
  { title: 'Name', value: ({ name }) => name },
  { title: 'Role', value: ({ role }) => role },
  { title: 'Begins', value: ({ prefix }) => `${prefix}…` },
  { title: 'Status', value: ({ status }) => status },
  { title: 'Expires', value: ({ expires_at }) => toMinute(expires_at) ?? 'never' },
  { title: 'Last used', value: ({ last_used_at }) => toMinute(last_used_at) ?? '–' },
];

/** `segcast keys create | list | revoke`, on the database: the way in when no key is at hand. */
export function addKeysCommand(program: Command): void {
  const keys = program.command('keys').description('The keys to the API');

  keys
    .command('create')
    .description('a new key; prints its secret, this once')
    .addOption(
      new Option('-r, --role <role>', 'what it may do').choices(ROLES).makeOptionMandatory(),
    )
    .option('-n, --name <name>', 'who or what uses it')
    .option('--expires <when>', 'a time such as 2030-01-31, or from now: 12h, 90d, 8w', futureTime)
    .option('--json', 'print JSON', false)
    .action((options: CreateOptions) =>
      withStore('segcast keys create', (store) => create(store, options)),
    );

  keys
    .command('list', { isDefault: true })
    .description('every key, without its secret')
    .option('--json', 'print JSON', false)
    .action(({ json }: { json: boolean }) =>
      withStore('segcast keys list', async (store) => {
        const all = await readAll(store);
        console.log(json ? JSON.stringify(all) : renderTable(COLUMNS, all));
      }),
    );

  keys
    .command('revoke')
    .description('end a key and the sessions that it opened, for ever')
    .argument('<id>', 'as the list shows it', wholeNumber(1))
    .option('--json', 'print JSON', false)
    .action((id: number, { json }: { json: boolean }) =>
      withStore('segcast keys revoke', async (store) => {
        const key = presentApiKey(await revokeApiKey(store, id));
        console.log(json ? JSON.stringify(key) : `Key ${id}, ${key.name}, is revoked.`);
      }),
    );
}

/** The secret alone goes to standard output, so that a script can take it. */
async function create(store: Store, { role, name, expires, json }: CreateOptions): Promise<void> {
  const isFirst = !(await anyApiKey(store));
  const { record, secret } = await createApiKey(store, {
    role,
    name: name ?? `${role} key`,
    expiresAt: expires ?? null,
  });
  const key = presentApiKey(record);
  console.log(json ? JSON.stringify({ ...key, secret }) : secret);
  const until = toMinute(key.expires_at) ?? 'it is revoked';
  console.error(
    `Created key ${key.key_id}, ${key.name}, with the role ${role}, good until ${until}.`,
  );
  console.error('Keep its secret now: it is stored nowhere and not shown again.');
  if (isFirst) {
    console.error('It is the first: from now on Segcast asks for a key, and people at /sign-in.');
  }
}

async function readAll(store: Store): Promise<Key[]> {
  const all: Key[] = [];
  let cursor: string | undefined;
  do {
    const page = await listApiKeys(store, { limit: 1000, cursor });
    all.push(...page.results.map(presentApiKey));
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return all;
}

function toMinute(time: string | null): string | null {
  return time === null ? null : `${time.slice(0, 16).replace('T', ' ')} UTC`;
}
