import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy before a service, whose network can be made to fail. */
export interface Proxy {
  /** The service's URL, through the proxy. */
  url: string;
  /** Cuts every connection and refuses new ones. */
  refuse(): Promise<void>;
  /** Keeps connections and takes new ones, but lets nothing through any more. */
  swallow(): void;
  /** Cuts every connection; new ones get through. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

export async function startProxy(serviceUrl: string): Promise<Proxy> {
  const target = new URL(serviceUrl);
  const sockets = new Set<Socket>();
  let swallowing = false;

  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    track(client);
    const service = connect(Number(target.port), target.hostname);
    track(service);
    client.on('close', () => service.destroy());
    service.on('close', () => client.destroy());
    client.on('data', (chunk: Buffer) => swallowing || service.write(chunk));
    service.on('data', (chunk: Buffer) => swallowing || client.write(chunk));
  });
  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const refuse = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    cut();
    await closed;
  };

  await listen(0);
  const { port } = server.address() as AddressInfo;
  const url = new URL(serviceUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return {
    url: url.href,
    refuse,
    swallow: () => {
      swallowing = true;
    },
    restore: async () => {
      swallowing = false;
      cut();
      if (!server.listening) await listen(port);
    },
    close: refuse,
  };
}
