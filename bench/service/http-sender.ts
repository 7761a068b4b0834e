import { Agent, request } from 'node:http';

export interface SentRequest {
  method: 'GET' | 'POST';
  path: string;
  body?: unknown;
}

/** Requests over connections that are kept, as many as are needed at once. */
export interface HttpSender {
  /** Resolves with the status when the whole answer has been read. */
  send(request: SentRequest): Promise<number>;
  close(): void;
}

/** @param base address of the API with its prefix */
export function openHttpSender(base: string): HttpSender {
  const agent = new Agent({ keepAlive: true });
  const { hostname, port, pathname } = new URL(base);
  return {
    send: ({ method, path, body }) =>
      new Promise((resolve, reject) => {
        const text = body === undefined ? '' : JSON.stringify(body);
        const headers = text === '' ? {} : { 'content-type': 'application/json' };
        const options = { agent, hostname, port, method, path: pathname + path, headers };
        const sent = request(options, (answer) => {
          answer.on('error', reject);
          answer.on('end', () => resolve(answer.statusCode ?? 0));
          answer.resume();
        });
        sent.on('error', reject);
        sent.end(text);
      }),
    close: () => agent.destroy(),
  };
}
