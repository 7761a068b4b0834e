import type pg from 'pg';
import {
  COPY_DATA,
  COPY_DONE,
  HEADER_BYTES,
  messageBytes,
  PartialMessage,
  READY_FOR_QUERY,
} from './backend-message.ts';
import type { ReadSocket } from './read-socket.ts';

/** What becomes of the answers to a `CopyOutQuery`. */
export interface CopySink {
  /** The fields of a result before the COPY; results come in the order of the statements. */
  fields(fields: readonly pg.FieldDef[]): void;
  /** A row of such a result. */
  row(values: readonly (string | null)[]): void;
  /**
   * Takes whole CopyData messages of `chunk` from `start` on and answers where it stopped: at the
   * end, at another message, at one that is not all there, or when `deliver` must come first.
   */
  read(chunk: Buffer, start: number): number;
  /** Whether something waits to be delivered; `atEnd`, anything at all. */
  due(atEnd: boolean): boolean;
  /** Hands on what was read; nothing more is read until the promise settles. */
  deliver(): void | Promise<void>;
}

export interface CopyLimits {
  /** Longest wait for `deliver`, in milliseconds; 0 is without limit. */
  pauseMs: number;
  /** Longest silence of the server, in milliseconds; 0 is without limit. */
  silenceMs: number;
  onPauseTooLong: () => Error;
  /** What to reject with for an error of the server or of the connection. */
  explain: (error: unknown) => Error;
}

/** A socket, plain or TLS. */
type Stream = pg.Connection['stream'] & { setTimeout(ms: number): unknown } & Partial<ReadSocket>;
type DataListener = (chunk: Buffer) => void;

/**
 * Runs statements that end in a COPY … TO STDOUT, as a query of pg's own queue that reads the
 * socket itself: CopyData goes to the sink as it lies in the socket's chunks, uncopied, and every
 * other message (errors, notices, parameter changes) to pg's parser as ever. So pg never sees the
 * rows, and stays in step for the next query.
 *
 * `finished` rejects on an error of the server, after which the connection is usable, and on
 * anything else by destroying the socket: the server notices at its next write.
 */
export class CopyOutQuery implements pg.Submittable {
  readonly finished: Promise<void>;
  readonly #text: string;
  readonly #sink: CopySink;
  readonly #limits: CopyLimits;
  #resolve!: () => void;
  #reject!: (error: unknown) => void;
  #socket: Stream | null = null;
  /** pg's parser, which listens to the socket when this does not. */
  #listeners: DataListener[] = [];
  #chunk: Buffer = Buffer.alloc(0);
  #at = 0;
  readonly #partial = new PartialMessage();
  #error: unknown = null;
  #settled = false;
  #pauseTimer: NodeJS.Timeout | undefined;

  constructor(text: string, sink: CopySink, limits: CopyLimits) {
    this.#text = text;
    this.#sink = sink;
    this.#limits = limits;
    this.finished = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Called by pg when it is this query's turn. */
  submit(connection: pg.Connection): void {
    const socket = connection.stream as Stream;
    this.#socket = socket;
    this.#listeners = socket.listeners('data') as DataListener[];
    socket.on('data', this.#onData);
    for (const listener of this.#listeners) socket.off('data', listener);
    if (socket.lends !== undefined) socket.lends = true;
    socket.on('close', this.#onClose);
    socket.on('timeout', this.#onSilence);
    socket.setTimeout(this.#limits.silenceMs);
    connection.query(this.#text);
  }

  /** Called by pg, as are the other `handle…`, for what `#other` hands on to its parser. */
  handleRowDescription(message: { fields: pg.FieldDef[] }): void {
    this.#sink.fields(message.fields);
  }

  handleDataRow(message: { fields: (string | null)[] }): void {
    this.#sink.row(message.fields);
  }

  handleCommandComplete(): void {
    // One per statement; what counts is ReadyForQuery, the end of them all.
  }

  handleReadyForQuery(): void {
    // `#finish` has settled when pg gets to see the message.
  }

  /** Called for an ErrorResponse, and for a connection that is lost or was not usable at all. */
  handleError(error: Error): void {
    this.#error ??= error;
    // After an ErrorResponse come ReadyForQuery or the end of the connection, and settle this.
    if (!this.#socket) this.#settle(this.#limits.explain(error));
  }

  /** Gives up at once, and the connection with it. */
  abort(reason: unknown): void {
    if (this.#settled) return;
    this.#settle(reason);
    this.#socket?.destroy();
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#chunk = chunk;
    this.#at = 0;
    this.#pump();
  };

  readonly #onClose = (): void => {
    this.#settle(this.#limits.explain(this.#error ?? new Error('the connection was lost')));
  };

  readonly #onSilence = (): void => {
    this.abort(this.#limits.explain(new Error('the server has gone silent')));
  };

  #pump(): void {
    try {
      while (!this.#settled && this.#step());
    } catch (error) {
      this.abort(this.#limits.explain(error));
    }
  }

  /** Does one thing; false when there is nothing left to do for now. */
  #step(): boolean {
    if (!this.#partial.empty) {
      this.#at = this.#partial.take(this.#chunk, this.#at);
      const whole = this.#partial.complete();
      return whole !== null && this.#handle(whole);
    }
    this.#at = this.#sink.read(this.#chunk, this.#at);
    if (this.#sink.due(false)) return this.#deliver();
    const rest = this.#chunk.length - this.#at;
    if (rest < HEADER_BYTES || rest < messageBytes(this.#chunk, this.#at)) {
      this.#at = this.#partial.take(this.#chunk, this.#at);
      return false;
    }
    const next = this.#at + messageBytes(this.#chunk, this.#at);
    const message = this.#chunk.subarray(this.#at, next);
    this.#at = next;
    return this.#handle(message);
  }

  /** Deals with one whole message; false when nothing more may be read for now. */
  #handle(message: Buffer): boolean {
    switch (message[0]) {
      case COPY_DATA:
        this.#sink.read(message, 0);
        return this.#sink.due(false) ? this.#deliver() : true;
      case COPY_DONE:
        return this.#sink.due(true) ? this.#deliver() : true;
      case READY_FOR_QUERY:
        this.#finish(message);
        return false;
      default:
        this.#forward(message);
        return true;
    }
  }

  #deliver(): boolean {
    try {
      const held = this.#sink.deliver();
      if (!held) return true;
      this.#hold(held);
    } catch (error) {
      this.abort(error);
    }
    return false;
  }

  #hold(held: Promise<void>): void {
    const { pauseMs, onPauseTooLong } = this.#limits;
    this.#socket?.pause();
    if (pauseMs > 0) this.#pauseTimer = setTimeout(() => this.abort(onPauseTooLong()), pauseMs);
    held.then(
      () => this.#goOn(),
      (error: unknown) => this.abort(error),
    );
  }

  #goOn(): void {
    clearTimeout(this.#pauseTimer);
    // Takes effect after this turn, and not when the next batch pauses it again.
    this.#socket?.resume();
    this.#pump();
  }

  #finish(readyForQuery: Buffer): void {
    this.#settle(this.#error === null ? null : this.#limits.explain(this.#error));
    this.#forward(readyForQuery);
    if (this.#at < this.#chunk.length) this.#forward(this.#chunk.subarray(this.#at));
  }

  /** A copy, since pg's parser keeps what is not yet a whole message. */
  #forward(bytes: Buffer): void {
    const kept = Buffer.from(bytes);
    for (const listener of this.#listeners) listener.call(this.#socket, kept);
  }

  #settle(error: unknown): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#pauseTimer);
    this.#leaveSocket();
    if (error === null) this.#resolve();
    else this.#reject(error);
  }

  #leaveSocket(): void {
    const socket = this.#socket;
    if (!socket) return;
    socket.setTimeout(0);
    if (socket.lends !== undefined) socket.lends = false;
    for (const listener of this.#listeners) socket.on('data', listener);
    socket.off('data', this.#onData);
    socket.off('close', this.#onClose);
    socket.off('timeout', this.#onSilence);
  }
}
