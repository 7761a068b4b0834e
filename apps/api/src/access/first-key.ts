import { readFile } from 'node:fs/promises';
import { AppError } from '@segcast/contracts';
import type { RunLog } from '@segcast/runs';
import { isAccessKey, type Config } from '@segcast/runtime';
import { anyApiKey, createFirstApiKey, type Store } from '@segcast/store';

interface FirstKeyOptions {
  store: Store;
  config: Pick<Config, 'http' | 'access'>;
  /** Whether the service may do without a key. */
  mayBeOpen: boolean;
  log: RunLog;
}

/**
 * Makes the configured key the first one, with the role admin, where there has been none.
 * @throws AppError `invalid_config` when there is no key and there must be one
 */
export async function prepareFirstKey(options: FirstKeyOptions): Promise<void> {
  const { store, config, mayBeOpen, log } = options;
  const secret = await readBootstrapKey(config.access);
  if (secret !== null) {
    const key = await createFirstApiKey(store, secret, { name: 'bootstrap', role: 'admin' });
    const facts = { audit: true, key_id: key?.id };
    if (key !== null) log.info(facts, `key ${key.id} (admin) was made of SEGCAST_BOOTSTRAP_KEY`);
    return;
  }
  if (mayBeOpen || (await anyApiKey(store))) return;
  throw new AppError(
    'invalid_config',
    `HOST=${config.http.host} is not a loopback address and there is no key, so anyone could read ` +
      'and change everything. Set SEGCAST_BOOTSTRAP_KEY to 32 characters or more that nobody ' +
      'guesses, or run "segcast keys create --role admin", or use HOST=127.0.0.1.',
  );
}

async function readBootstrapKey({
  bootstrapKey,
  bootstrapKeyFile: file,
}: Config['access']): Promise<string | null> {
  if (file === null) return bootstrapKey;
  const secret = await readFile(file, 'utf8').catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `SEGCAST_BOOTSTRAP_KEY_FILE cannot be read: ${reason}.`;
    throw new AppError('invalid_config', message, { cause });
  });
  if (isAccessKey(secret.trim())) return secret.trim();
  throw new AppError(
    'invalid_config',
    `The file ${file} of SEGCAST_BOOTSTRAP_KEY_FILE must hold 32 to 256 of A-Z a-z 0-9 . _ ~ + / = - and nothing else.`,
  );
}
