/** Most names a message lists. */
const SHOWN = 10;

/** What a message says of the names there are: all of a few; of many those that begin most like the one that was meant. */
export function declared(name: string, known: readonly string[]): string {
  if (known.length === 0) return 'none is declared';
  if (known.length <= SHOWN) return `declared are ${known.map(quote).join(', ')}`;
  const likeness = (other: string): number => {
    let same = 0;
    while (same < name.length && name[same] === other[same]) same += 1;
    return same;
  };
  const best = known
    .map((other) => ({ other, same: likeness(other) }))
    .sort((a, b) => b.same - a.same)
    .slice(0, SHOWN);
  return `declared are ${best.map(({ other }) => quote(other)).join(', ')} and ${known.length - SHOWN} more`;
}

/** A name as messages show it. */
export const quote = (name: string): string => JSON.stringify(name);
