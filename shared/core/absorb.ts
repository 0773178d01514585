import { movedAlong } from './owed.js';
import type { OwedMembership, PersonState } from './state.js';
import { sameValues, type WrittenFields } from './suppress.js';
import { joinValues } from './values.js';
import { changeOf, joined } from './view.js';

/** Both of two maps; what both have is joined. */
function union<V>(
  a: ReadonlyMap<string, V>,
  b: ReadonlyMap<string, V>,
  join: (a: V, b: V) => V,
): Map<string, V> {
  const both = new Map(a);
  for (const [key, value] of b) {
    const known = both.get(key);
    both.set(key, known === undefined ? value : join(known, value));
  }
  return both;
}

/**
 * What one row holds, by two memories of it that agree or not; then the values are not relied on, but an edge's times
 * are, so that no older one comes back.
 */
const joinWritten = (a: WrittenFields, b: WrittenFields): WrittenFields =>
  union(a, b, (one, other) =>
    one.at > other.at || (one.at === other.at && one.hash >= other.hash) ? one : other,
  );

/** Rows of which both speak, and not the same: nobody can tell which of the two was written last. */
function disputed(a: PersonState, b: PersonState): string[] {
  return [...b.written].flatMap(([target, fields]) => {
    const known = a.written.get(target);
    return known === undefined || sameValues(known, fields) ? [] : [target];
  });
}

/** What the other still owes, as seen from the person: what they knew before is no change for them. */
function owedBy(other: PersonState, person: PersonState): OwedMembership[] {
  return other.owed.flatMap((one): OwedMembership[] => {
    // What was stays what it was, whatever the person knew.
    if (one.overtaken || one.change === 'stayed') return [one];
    const { audience, first, backfill, decided } = one;
    const seen = other.standing.get(audience);
    const known = person.standing.get(audience);
    const change = seen && changeOf(known, seen);
    if (seen === undefined || (change !== 'entered' && change !== 'left')) return [];
    const edge = {
      audience,
      change,
      ...(decided && { decided }),
      ...(one.seen === undefined ? { at: seen.at } : { at: one.at, seen: seen.at }),
    };
    return known ? [edge] : [{ ...edge, ...(first && { first }), ...(backfill && { backfill }) }];
  });
}

/** What is owed, each edge once: after a crash the same is taken in again. */
function distinct(owed: readonly OwedMembership[]): readonly OwedMembership[] {
  const names = new Set<string>();
  return owed.filter(({ audience, change, at }) => {
    const name = JSON.stringify([audience, change, at]);
    return !names.has(name) && names.add(name);
  });
}

/**
 * A person's state with everything in it that is known of the same human under another id. The view is a join, so the
 * result does not depend on which of the records came under which id; absorbing the same once more changes nothing but
 * that rows may be written once more. Lease, aliases and claimants stay those of the person.
 */
export function absorbed(person: PersonState, other: PersonState): PersonState {
  const standing = union(person.standing, other.standing, joined);
  return {
    ...person,
    standing,
    values: joinValues(person.values, other.values),
    written: union(person.written, other.written, joinWritten),
    unsure: new Set([...person.unsure, ...other.unsure, ...disputed(person, other)]),
    accepted: union(person.accepted, other.accepted, Math.max),
    owed: distinct(movedAlong([...person.owed, ...owedBy(other, person)], standing)),
  };
}

/** Whether anything is known there that a person would have to absorb. */
export const hasContent = ({ standing, values, written, unsure }: PersonState): boolean =>
  standing.size + values.size + written.size + unsure.size > 0;
