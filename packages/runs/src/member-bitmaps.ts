import { transpose32 } from '@segcast/rules';
import type { MemberBitmaps } from '@segcast/store';

/** From words of segments per member to bitmaps of members per segment, in the order of `rows`. */
export function toBitmaps(
  { words, width }: { words: Int32Array; width: number },
  rows: Uint32Array,
): MemberBitmaps {
  const length = Math.ceil(rows.length / 32);
  const turned = new Int32Array(32 * width * length);
  const block = new Int32Array(32);
  for (let group = 0; group < width; group++) {
    for (let word = 0; word < length; word++) {
      const count = Math.min(32, rows.length - 32 * word);
      block.fill(0, count);
      for (let i = 0; i < count; i++) block[i] = words[rows[32 * word + i]! * width + group]!;
      transpose32(block, 0);
      for (let bit = 0; bit < 32; bit++) turned[(32 * group + bit) * length + word] = block[bit]!;
    }
  }
  return present(turned, length, Math.ceil(rows.length / 8));
}

/** The machine is little-endian, as all are that Node runs on: a word's first byte is its lowest. */
function present(turned: Int32Array, length: number, byteLength: number): MemberBitmaps {
  const segments: number[] = [];
  const bytes = Buffer.alloc((turned.length / length) * byteLength);
  for (let number = 0; number * length < turned.length; number++) {
    const words = turned.subarray(number * length, (number + 1) * length);
    if (words.every((word) => word === 0)) continue;
    bytes.set(
      new Uint8Array(words.buffer, words.byteOffset, byteLength),
      segments.length * byteLength,
    );
    segments.push(number);
  }
  return { segments, bytes: bytes.subarray(0, segments.length * byteLength) };
}
