import { createServer } from 'node:net';

/**
 * A TCP port that nobody listens on at `host`; `preferred` when that one is free. Somebody else may
 * take it before it is used, so callers retry.
 */
export async function findFreePort(host: string, preferred = 0): Promise<number> {
  const port = await tryPort(host, preferred);
  return port ?? (await findFreePort(host));
}

/** The port if it can be listened on, else null. */
export function tryPort(host: string, port: number): Promise<number | null> {
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
