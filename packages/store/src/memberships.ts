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
