import type pg from 'pg';
import { giveBackBatch } from './batch-memory.ts';
import type { CopySink } from './copy-out-query.ts';
import type { StreamedMembers, StreamMembersOptions } from './member-batch.ts';
import { MemberDecoder } from './member-decoder.ts';
import type { PackedFields } from './pack-columns.ts';

/** Hands the rows of a COPY to `onBatch`, and remembers what came before them. */
export class MemberSink implements CopySink {
  readonly #options: StreamMembersOptions;
  readonly #label: string;
  readonly #packed: PackedFields | null;
  #decoder: MemberDecoder | null = null;
  #version = '';
  #readAt = new Date(NaN);
  #members = 0;

  /** @param packed which columns the fields hold, where it is not one each */
  constructor(options: StreamMembersOptions, label: string, packed: PackedFields | null = null) {
    this.#options = options;
    this.#label = label;
    this.#packed = packed;
  }

  fields(fields: readonly pg.FieldDef[]): void {
    // The first result has the columns of the rows to come, the second version and time.
    this.#decoder ??= new MemberDecoder(fields, this.#packed, {
      batchSize: this.#options.batchSize,
      label: this.#label,
    });
  }

  row([version, epochMs]: readonly (string | null)[]): void {
    this.#version = version ?? '';
    this.#readAt = new Date(Number(epochMs));
  }

  read(chunk: Buffer, start: number): number {
    return this.#decoder ? this.#decoder.read(chunk, start) : start;
  }

  due(atEnd: boolean): boolean {
    if (!this.#decoder) return false;
    return atEnd ? this.#decoder.batch.size > 0 : this.#decoder.full;
  }

  deliver(): void | Promise<void> {
    const { batch } = this.#decoder!;
    this.#members += batch.size;
    const held = this.#options.onBatch(batch);
    if (held) return held.then(() => this.#decoder!.clear());
    this.#decoder!.clear();
  }

  /** What is known once the stream has ended; the batch is the next stream's then. */
  result(): StreamedMembers {
    if (this.#decoder) giveBackBatch(this.#decoder.batch);
    this.#decoder = null;
    return { members: this.#members, readAt: this.#readAt, version: this.#version };
  }
}
