import type { Decided, OwedMembership, PersonState } from '../core/state.js';

/*
 * Owed edges in columns. Nearly all of them are about audiences that the state names already, in their order, with the time
 * that stands there: so an audience is how many places of the standing it lies behind the one before (one that is not there is its key),
 * and a time that is the standing's is not written.
 */

/** Audiences, flags, times that are written, what was decided, and which of that for each edge that says so. */
type EdgeColumns = [(number | string)[], number[], number[], Decided[], number[]];

const CHANGES = ['entered', 'left', 'stayed'] as const;

/** Above the two bits of the change. */
const FIRST = 4;
const BACKFILL = 8;
const OVERTAKEN = 16;
/** The edge has a time of its own, `seen` a time at all, and one of its own. */
const OWN_AT = 32;
const SEEN = 64;
const OWN_SEEN = 128;
const DECIDED = 256;

/** The largest sum of flags. */
export const EDGE_LIMIT = 511;

/** Owed edges, beside the standing they are about. */
export function toEdges(owed: readonly OwedMembership[], standing: PersonState['standing']): EdgeColumns {
  const places = new Map([...standing.keys()].map((key, place) => [key, place]));
  const notes = new Map<string, number>();
  const columns: EdgeColumns = [[], [], [], [], []];
  const [audiences, flags, times, decisions, which] = columns;
  let before = -1;
  for (const { audience, change, at, first, backfill, overtaken, seen, decided } of owed) {
    const place = places.get(audience);
    const stands = standing.get(audience)?.at;
    audiences.push(place === undefined ? audience : place - before);
    before = place ?? before;
    const ownAt = at !== stands;
    const ownSeen = seen !== undefined && seen !== stands;
    if (ownAt) times.push(at);
    if (ownSeen) times.push(seen);
    if (decided) {
      const text = JSON.stringify(decided);
      if (!notes.has(text)) decisions.push(decided);
      const note = notes.get(text) ?? notes.size;
      notes.set(text, note);
      which.push(note);
    }
    flags.push(
      CHANGES.indexOf(change) +
        (first ? FIRST : 0) +
        (backfill ? BACKFILL : 0) +
        (overtaken ? OVERTAKEN : 0) +
        (ownAt ? OWN_AT : 0) +
        (seen === undefined ? 0 : SEEN) +
        (ownSeen ? OWN_SEEN : 0) +
        (decided ? DECIDED : 0),
    );
  }
  return columns;
}

/** What {@link toEdges} wrote; undefined when a column ends too soon, is too long, or points at nothing. */
export function fromEdges(
  [audiences, flags, times, decisions, which]: EdgeColumns,
  standing: PersonState['standing'],
): readonly OwedMembership[] | undefined {
  const keys = [...standing.keys()];
  const [restTimes, restWhich] = [times.values(), which.values()];
  let place = -1;
  const owed: OwedMembership[] = [];
  for (const [i, step] of audiences.entries()) {
    const flag = flags[i] ?? 0;
    const has = (bit: number): boolean => (flag & bit) !== 0;
    if (typeof step === 'number') place += step;
    const audience = typeof step === 'number' ? keys[place] : step;
    const change = CHANGES[flag & 3];
    const stands = audience === undefined ? undefined : standing.get(audience)?.at;
    const at = has(OWN_AT) ? restTimes.next().value : stands;
    const seen = has(OWN_SEEN) ? restTimes.next().value : stands;
    const decided = has(DECIDED) ? decisions[restWhich.next().value ?? -1] : undefined;
    const isWhole = (!has(SEEN) || seen !== undefined) && (!has(DECIDED) || decided !== undefined);
    if (audience === undefined || change === undefined || at === undefined || !isWhole) return undefined;
    owed.push({
      ...{ audience, change, at },
      ...(has(FIRST) && { first: true }),
      ...(has(BACKFILL) && { backfill: true }),
      ...(has(OVERTAKEN) && { overtaken: true }),
      ...(has(SEEN) && seen !== undefined && { seen }),
      ...(decided && { decided }),
    });
  }
  return restTimes.next().done && restWhich.next().done ? owed : undefined;
}
