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

/** Whether a letter was made of a letter: it knows all that the earlier one owed. */
export const isReplay = ({ message }: KeptMessage): boolean => message.owed !== undefined;

/**
 * What a letter says when its record is buried again. A redelivery knows nothing of the edges its record made the first
 * time, and may have carried out others that the person owed: the letter owes both. If something of it may have been done
 * already, this is what it goes on saying, whatever else is refused: who mends that and replays the letter would do it
 * twice, and nobody would look whether it was done. A replay has the last word.
 */
export function buriedAgain(earlier: KeptMessage | undefined, kept: KeptMessage): KeptMessage {
  if (earlier === undefined || isReplay(kept)) return kept;
  const owed = earlier.owed && joined(earlier.owed, kept.owed ?? []);
  const { fault, remote } = earlier;
  const doubt = fault.code === 'remote.doubtful' && { fault, ...(remote && { remote }) };
  return { ...kept, ...(owed && { owed }), ...doubt };
}
