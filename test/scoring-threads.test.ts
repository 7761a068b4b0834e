import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { Worker } from 'node:worker_threads';

import { expect, test } from 'vitest';

interface ThreadResult {
  said: string;
  result: unknown;
}

async function scoreInThread(batchSize: number): Promise<ThreadResult> {
  const script = new URL('./support/scoring-thread.mjs', import.meta.url);
  const thread = new Worker(script, { workerData: batchSize, stdout: true, stderr: true });
  const exited = once(thread, 'exit');
  const output = Promise.all([text(thread.stdout), text(thread.stderr)]);
  const [result] = (await once(thread, 'message')) as [unknown];
  await exited;
  return { said: (await output).join(''), result };
}

test('threads with engines of their own score at once, to the same bytes and in silence', async () => {
  const [one, other, third] = await Promise.all([4096, 4096, 1000].map(scoreInThread));
  expect(one!.result).toMatchObject({
    digest: expect.stringMatching(/^[0-9a-f,]+$/) as string,
    listenersAdded: 0,
  });
  expect(other!.result).toEqual(one!.result);
  expect(third!.result).toEqual(one!.result);
  expect([one!.said, other!.said, third!.said]).toEqual(['', '', '']);
});
