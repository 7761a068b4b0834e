import { once } from 'node:events';

import { expect, test } from 'vitest';

import { runScript } from './support/child-script.ts';
import { until } from './support/until.ts';

const script = (release: string) => `
  import { createShutdown } from '@segcast/runtime';
  const shutdown = createShutdown({ debug() {}, error() {} });
  shutdown.add('it', ${release});
  shutdown.onSignals();
  console.log('true');
  setInterval(() => undefined, 1000);
`;

test('a signal ends the process in order', async () => {
  const { process: child, said } = runScript(script('() => undefined'));
  await said;
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('a second signal does not wait, and one that comes twice at once is one', async () => {
  const { process: child, said } = runScript(script('() => new Promise(() => undefined)'));
  await said;
  child.kill('SIGINT');
  child.kill('SIGTERM');
  await until('it has ended', () => {
    child.kill('SIGINT');
    return child.exitCode !== null;
  });
  expect(child.exitCode).toBe(130);
});
