import { createServer, type RequestListener, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { toProblem } from '@segcast/contracts';
import { v7 } from 'uuid';
import { once } from 'node:events';

const IDLE_SWEEP_MS = 100;

/** Binds and resolves when connections are accepted. Rejects when the address is taken. */
export async function serve(
  listener: RequestListener,
  { host, port }: { host: string; port: number },
): Promise<Server> {
  const server = createServer(listener);
  server.on('clientError', refuseUnreadable);
  server.listen(port, host);
  await once(server, 'listening');
  return server;
}

/** What is no HTTP never reaches the routes; it gets a problem like everything else. */
function refuseUnreadable(error: Error, socket: Duplex): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const message = `The request cannot be read: ${error.message}.`;
  const body = JSON.stringify(toProblem({ code: 'invalid_request', message }));
  const head = [
    'HTTP/1.1 400 Bad Request',
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${v7()}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
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
