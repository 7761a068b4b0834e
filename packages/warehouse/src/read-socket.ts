import { Socket, type SocketConstructorOpts } from 'node:net';

/** Some six hundred rows; larger reads were no faster. */
const READ_BYTES = 2 ** 16;

/** A socket that reads into one buffer, again and again. */
export interface ReadSocket extends Socket {
  /**
   * Whether `data` brings the buffer itself, which is read into again when its listeners return;
   * else a copy, for whoever keeps what he gets.
   */
  lends: boolean;
}

/**
 * An unconnected socket for a connection that streams. Node's own reading takes new memory for every
 * 64 kB: a hundred megabytes for a million members, for which V8 marks and sweeps a heap that never
 * had a part in it, half as long as all the rest takes.
 */
function createReadSocket(): ReadSocket {
  const emit = (bytes: number, buffer: Uint8Array): boolean => {
    const chunk = buffer.subarray(0, bytes);
    socket.emit('data', socket.lends ? chunk : Buffer.from(chunk));
    return true;
  };
  const onread = { buffer: Buffer.allocUnsafeSlow(READ_BYTES), callback: emit };
  // The types know the option only where one connects.
  const options = { onread } as SocketConstructorOpts;
  const socket: ReadSocket = Object.assign(new Socket(options), { lends: false });
  return socket;
}

/** For pg's setting `stream`. What is encrypted is read by TLS, whose memory is its own. */
export function streamForReading(config?: { ssl?: unknown }): Socket {
  return config?.ssl ? new Socket() : createReadSocket();
}
