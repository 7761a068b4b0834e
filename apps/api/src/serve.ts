import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';

const IDLE_SWEEP_MS = 100;

/** Binds and resolves when connections are accepted. Rejects when the address is taken. */
export async function serve(
  listener: RequestListener,
  { host, port }: { host: string; port: number },
): Promise<Server> {
  const server = createServer(listener);
  server.listen(port, host);
  await once(server, 'listening');
  return server;
}

/** Accepts no more connections, lets the requests under way finish, then closes. */
export async function stopServing(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // A connection that is kept alive becomes idle only when its last answer is out.
  const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MS);
  await closed;
  clearInterval(sweep);
}
