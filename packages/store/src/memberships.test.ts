import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placesOf, withoutMember } from './memberships.ts';

function toBits(members: readonly boolean[]): Buffer {
  const bits = Buffer.alloc((members.length + 7) >> 3);
  members.forEach((member, place) => {
    if (member) bits[place >> 3]! |= 1 << (place & 7);
  });
  return bits;
}

const chunk = fc.integer({ min: 2, max: 40 }).chain((count) =>
  fc.record({
    place: fc.integer({ min: 0, max: count - 1 }),
    segments: fc.array(fc.array(fc.boolean(), { minLength: count, maxLength: count }), {
      maxLength: 4,
    }),
    count: fc.constant(count),
  }),
);

test('without a member is as if the customer had never been in the chunk', () => {
  fc.assert(
    fc.property(chunk, ({ place, segments, count }) => {
      const rest = segments.map((members) => members.toSpliced(place, 1));
      const named = rest.flatMap((members, number) => (members.includes(true) ? [number] : []));
      const memberships = Buffer.concat(segments.map(toBits));
      const left = withoutMember(
        { count, segments: segments.map((_, number) => number), memberships },
        place,
      );
      expect(left.segments).toEqual(named);
      expect(left.memberships).toEqual(Buffer.concat(named.map((number) => toBits(rest[number]!))));
    }),
  );
});

test('a run of one segment has none', () => {
  const none = { segments: null, memberships: null };
  expect(withoutMember({ count: 3, ...none }, 1)).toEqual(none);
});

test('places are those of the bits that are set', () => {
  expect(placesOf(toBits([true, false, true, true]), 1, 2)).toEqual([2, 3]);
});
