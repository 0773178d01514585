/** Longest word that is compared; nobody misspells longer ones in a way that comparing letters would find. */
const LONGEST = 60;

/** How many letters must be put in, left out, changed or swapped with their neighbour to make one word of the other. */
function edits(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? 0) + 1 : changed;
      row.push(Math.min(changed, swapped, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    [before, above] = [above, row];
  }
  return above[b.length] ?? 0;
}

/**
 * The word that was probably meant: of `known` the one fewest letters away, whatever their case; undefined when none is
 * near, which is at most one letter in three, or when the word is known.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > LONGEST) return undefined;
  const small = word.toLowerCase();
  let best: string | undefined;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const other of known) {
    if (other === word) return undefined;
    if (Math.abs(other.length - word.length) >= least) continue;
    const distance = edits(small, other.toLowerCase());
    if (distance < least) [best, least] = [other, distance];
  }
  return best;
}
