/** Who of a chunk belongs to which segment of a nightly run, as it is stored. */
export interface MemberBitmaps {
  /** The numbers of the segments that have members here, in rising order. */
  segments: readonly number[];
  /** For each of them a bit per customer, least significant first, in whole bytes. */
  bytes: Uint8Array;
}

/**
 * Who of a chunk belongs to a segment of its run, a bit per customer and the least significant bit
 * of a byte first: null in the runs of one segment, where everybody does. As SQL, of the chunk `c`
 * and for the segment's number.
 */
export function membersSql(number: string): string {
  return `substr(c.memberships,
    1 + (array_position(c.segments, ${number}) - 1) * ((c.count + 7) / 8), (c.count + 7) / 8)`;
}

/** Whether the chunk `c` has members of the segment with this number; all have, where it is null. */
export function hasMembersSql(number: string): string {
  return `(${number} IS NULL OR c.segments @> ARRAY[${number}])`;
}

/** Whether the bit at a place is set. */
export function isMember(bits: Uint8Array, place: number): boolean {
  return ((bits[place >> 3]! >> (place & 7)) & 1) === 1;
}

/** The 0-based places of the bits that are set, from `from` on and at most `limit`. */
export function placesOf(bits: Uint8Array, from: number, limit: number): number[] {
  const places: number[] = [];
  for (let place = from; place < 8 * bits.length && places.length < limit; place++) {
    if (isMember(bits, place)) places.push(place);
  }
  return places;
}

interface ChunkMemberships {
  /** Customers of the chunk. */
  count: number;
  segments: number[] | null;
  memberships: Buffer | null;
}

/** What is left of a chunk's memberships without the customer at a 0-based place. */
export function withoutMember(
  { count, segments, memberships }: ChunkMemberships,
  place: number,
): Pick<ChunkMemberships, 'segments' | 'memberships'> {
  if (segments === null || memberships === null) return { segments, memberships };
  const width = (count + 7) >> 3;
  const kept = segments.flatMap((segment, index) => {
    const bits = memberships.subarray(index * width, (index + 1) * width);
    const places = placesOf(bits, 0, count).filter((each) => each !== place);
    // A chunk names only the segments that it has members of.
    return places.length === 0 ? [] : [{ segment, places }];
  });
  const left = (count + 6) >> 3;
  const bytes = Buffer.alloc(kept.length * left);
  kept.forEach(({ places }, index) => {
    for (const each of places) {
      const moved = each > place ? each - 1 : each;
      bytes[index * left + (moved >> 3)]! |= 1 << (moved & 7);
    }
  });
  return { segments: kept.map(({ segment }) => segment), memberships: bytes };
}
