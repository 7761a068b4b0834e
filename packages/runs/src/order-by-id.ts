import { AppError } from '@segcast/contracts';
import { idAt, type IdColumn } from './held-results.ts';

/**
 * The members in the order of their ids' bytes, which is that of code points. Ids that came in
 * order are only looked through. Throws `warehouse_invalid` when an id occurs twice, or is too long
 * to be looked up.
 */
export function orderById(ids: IdColumn): Uint32Array {
  checkLengths(ids);
  if (isAscending(ids)) return ascending(ids.count);
  const order = new Uint32Array(ids.count);
  sortByPrefix(ids, order);
  return order;
}

/** An index entry of PostgreSQL must hold two of them. */
const LONGEST_ID = 1000;

function checkLengths(ids: IdColumn): void {
  const { count, offsets } = ids;
  for (let i = 0; i < count; i++) {
    if (offsets[i + 1]! - offsets[i]! <= LONGEST_ID) continue;
    throw new AppError(
      'warehouse_invalid',
      `The customer_id "${idAt(ids, i).slice(0, 40)}…" has more than ${LONGEST_ID} bytes. Give customers shorter ids.`,
    );
  }
}

/** 0, 1, 2 …, kept from shard to shard. */
let numbers = new Uint32Array(0);

function ascending(count: number): Uint32Array {
  if (numbers.length < count) numbers = Uint32Array.from({ length: count }, (_, i) => i);
  return numbers.subarray(0, count);
}

function isAscending(ids: IdColumn): boolean {
  for (let i = 1; i < ids.count; i++) if (compare(ids, i - 1, i, 0) >= 0) return false;
  return true;
}

/** Compares two ids that agree in their first `skip` bytes. */
function compare({ bytes, offsets }: IdColumn, a: number, b: number, skip: number): number {
  let i = offsets[a]! + skip;
  let j = offsets[b]! + skip;
  const endA = offsets[a + 1]!;
  const endB = offsets[b + 1]!;
  for (; i < endA && j < endB; i++, j++) {
    const difference = bytes[i]! - bytes[j]!;
    if (difference !== 0) return difference;
  }
  return endA - i - (endB - j);
}

/**
 * Sorts by the eight bytes that follow what all ids have in common, the last of them giving up room
 * for the member's number, so that the engine's own sort of integers does the work: with a function
 * called back for each pair it takes ten times as long. What these bytes leave equal is compared
 * in full.
 */
function sortByPrefix(ids: IdColumn, order: Uint32Array): void {
  const { count } = ids;
  const skip = commonPrefix(ids);
  const room = 2 ** (32 - Math.clz32(count - 1));
  const keys = new BigUint64Array(count);
  // The halves of the keys, the lower one first: Node runs on little-endian machines.
  const halves = new Uint32Array(keys.buffer);
  for (let i = 0; i < count; i++) {
    const rest = fourBytes(ids, i, skip + 4);
    halves[2 * i] = rest - (rest % room) + i;
    halves[2 * i + 1] = fourBytes(ids, i, skip);
  }
  keys.sort();
  for (let i = 0; i < count; i++) {
    const member = halves[2 * i]! % room;
    halves[2 * i]! -= member;
    order[i] = member;
  }
  for (let from = 0, i = 1; i <= count; i++) {
    if (i < count && sameKey(halves, from, i)) continue;
    if (i - from > 1) sortTies(ids, order.subarray(from, i), skip);
    from = i;
  }
}

function sameKey(halves: Uint32Array, a: number, b: number): boolean {
  return halves[2 * a] === halves[2 * b] && halves[2 * a + 1] === halves[2 * b + 1];
}

/** How many bytes all ids begin with. */
function commonPrefix({ count, bytes, offsets }: IdColumn): number {
  let length = offsets[1]!;
  for (let i = 1; i < count && length > 0; i++) {
    const start = offsets[i]!;
    length = Math.min(length, offsets[i + 1]! - start);
    for (let k = 0; k < length; k++) if (bytes[start + k] !== bytes[k]) length = k;
  }
  return length;
}

/** Bytes `skip` to `skip + 3` of an id as a number; zeros stand where it has ended. */
function fourBytes({ bytes, offsets }: IdColumn, member: number, skip: number): number {
  const at = offsets[member]! + skip;
  const end = offsets[member + 1]!;
  let value = 0;
  for (let i = at; i < at + 4; i++) value = value * 256 + (i < end ? bytes[i]! : 0);
  return value;
}

function sortTies(ids: IdColumn, tied: Uint32Array, skip: number): void {
  tied.sort((a, b) => compare(ids, a, b, skip));
  for (let i = 1; i < tied.length; i++) {
    if (compare(ids, tied[i - 1]!, tied[i]!, skip) !== 0) continue;
    throw new AppError(
      'warehouse_invalid',
      `The customer_id "${idAt(ids, tied[i]!)}" occurs more than once. Give the relation one row per customer.`,
    );
  }
}
