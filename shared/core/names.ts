/** Most names a message lists. */
const SHOWN = 10;
/** Most names a message proposes. */
const PROPOSED = 3;

/** A slip is a letter, in long names up to four: beyond that two names are simply different. */
const slips = (name: string): number => Math.min(4, Math.floor(name.length / 3));

/** Rows of a table of distances, used over and over: three for each name would cost more than what is counted in them. */
type Rows = readonly [Uint8Array, Uint8Array, Uint8Array];

const rowsFor = (length: number): Rows => [
  new Uint8Array(length + 2),
  new Uint8Array(length + 2),
  new Uint8Array(length + 2),
];

/** One letter of `a` against those of `b` near the diagonal; gives the least number in the row. */
function fillRow([before, last, row]: Rows, a: string, b: string, i: number, limit: number): number {
  const most = limit + 1;
  const from = Math.max(1, i - limit);
  const to = Math.min(b.length, i + limit);
  const here = a.charCodeAt(i - 1);
  row[from - 1] = from === 1 ? Math.min(i, most) : most;
  row[to + 1] = most;
  let least = row[from - 1] ?? most;
  for (let j = from; j <= to; j++) {
    const there = b.charCodeAt(j - 1);
    let steps = (last[j - 1] ?? most) + (here === there ? 0 : 1);
    steps = Math.min(steps, (last[j] ?? most) + 1, (row[j - 1] ?? most) + 1, most);
    if (i > 1 && j > 1 && here === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === there)
      steps = Math.min(steps, (before[j - 2] ?? most) + 1);
    row[j] = steps;
    if (steps < least) least = steps;
  }
  return least;
}

/**
 * How many letters lie between two texts: missing, added, changed, or two neighbours that changed places (optimal string
 * alignment). Gives `limit + 1` (255 at most) as soon as there must be more than `limit`.
 */
export function distance(a: string, b: string, limit: number, room = rowsFor(b.length)): number {
  const most = limit + 1;
  if (Math.abs(a.length - b.length) > limit) return most;
  let [before, last, row] = room;
  for (let j = 0; j <= Math.min(b.length, most); j++) last[j] = j;
  for (let i = 1; i <= a.length; i++) {
    if (fillRow([before, last, row], a, b, i, limit) > limit) return most;
    [before, last, row] = [last, row, before];
  }
  return last[b.length] ?? most;
}

/** Other names that may have been meant, the likeliest first; case counts for nothing. */
export function nearest(name: string, known: Iterable<string>): readonly string[] {
  const limit = slips(name);
  const small = name.toLowerCase();
  const room = rowsFor(small.length + limit);
  const near: { other: string; away: number }[] = [];
  for (const other of known) {
    if (other === name) continue;
    const away = distance(small, other.toLowerCase(), limit, room);
    if (away <= limit) near.push({ other, away });
  }
  return near
    .sort((a, b) => a.away - b.away)
    .slice(0, PROPOSED)
    .map(({ other }) => other);
}

/** `did you mean "a" or "b"?`, or nothing when no name is near. */
export function proposal(name: string, known: Iterable<string>): string | undefined {
  const names = nearest(name, known).map(quote);
  return names.length === 0 ? undefined : `did you mean ${names.join(' or ')}?`;
}

/** What a message says of the names there are: which was meant, all of a few, some of many. `word` is what they are said to be. */
export function declared(name: string, known: readonly string[], word = 'declared'): string {
  if (known.length === 0) return `none is ${word}`;
  const meant = proposal(name, known);
  const left = known.length - SHOWN;
  if (left > 0 && meant) return `${meant} ${known.length} are ${word}`;
  const shown = known.slice(0, SHOWN).map(quote).join(', ');
  const all = `${word} ${known.length === 1 ? 'is' : 'are'} ${shown}${left > 0 ? ` and ${left} more` : ''}`;
  return meant ? `${meant} ${all}` : all;
}

/** A name as messages show it. */
export const quote = (name: string): string => JSON.stringify(name);
