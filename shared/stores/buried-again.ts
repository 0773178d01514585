import type { KeptMessage } from '../core/kept.js';
import type { Owed } from '../core/state.js';

/** What an owed edge is about. */
const subjectOf = (edge: Owed): string => (edge.change === 'changed' ? edge.path : edge.audience);

/** Whether two owed edges are one. */
const isSame = (a: Owed, b: Owed): boolean =>
  a.at === b.at && a.change === b.change && subjectOf(a) === subjectOf(b);

/** Edges of two letters, each once. */
const joined = (earlier: readonly Owed[], later: readonly Owed[]): readonly Owed[] => [
  ...earlier,
  ...later.filter((edge) => !earlier.some((known) => isSame(known, edge))),
];

/**
 * What a letter says when its record is buried again. A redelivery knows nothing of the edges its record made the first
 * time, and may have carried out others that the person owed: the letter owes both. If what it owed before includes
 * something that may have been done already, this is what it goes on saying, whatever else is refused: who mends that and
 * replays the letter would do it twice. A replay knows all that its letter owed, and has the last word.
 */
export function buriedAgain(earlier: KeptMessage | undefined, kept: KeptMessage): KeptMessage {
  if (earlier?.owed === undefined || kept.message.owed !== undefined) return kept;
  const owed = joined(earlier.owed, kept.owed ?? []);
  const { fault, remote } = earlier;
  return fault.code === 'remote.doubtful'
    ? { ...kept, owed, fault, ...(remote && { remote }) }
    : { ...kept, owed };
}
