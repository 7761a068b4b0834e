import { createServer } from 'node:net';

import { AppError } from '@segcast/contracts';

/**
 * A TCP port that nobody listens on at `host`; `preferred` when that one is free. Somebody else may
 * take it before it is used, so callers retry.
 */
export async function findFreePort(host: string, preferred = 0): Promise<number> {
  const port = await tryPort(host, preferred);
  return port ?? (await findFreePort(host));
}

/** How many ports after the wanted one are tried. */
const NEIGHBOURS = 100;

/**
 * The port itself when it is free, else the next one that is.
 *
 * @throws AppError services_unavailable when all of the next hundred are taken.
 */
export async function nextFreePort(host: string, port: number): Promise<number> {
  const last = Math.min(port + NEIGHBOURS, 65_535);
  for (let candidate = port; candidate <= last; candidate++) {
    const found = await tryPort(host, candidate);
    if (found !== null) return found;
  }
  throw new AppError(
    'services_unavailable',
    `Every port from ${port} to ${last} of ${host} is taken. Set PORT to a free one.`,
  );
}

/** The port if it can be listened on, else null. */
function tryPort(host: string, port: number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (port !== 0 && (error.code === 'EADDRINUSE' || error.code === 'EACCES')) resolve(null);
      else reject(error);
    });
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port));
    });
  });
}
