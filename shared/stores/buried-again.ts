import { doubtReason } from '../core/doubts.js';
import type { Doubt, KeptMessage, Reason } from '../core/kept.js';
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

/** Sends of two letters, each once and as the later one has it. */
const allOf = (earlier: readonly Doubt[], later: readonly Doubt[]): readonly Doubt[] => [
  ...earlier.filter(({ target }) => !later.some((doubt) => doubt.target === target)),
  ...later,
];

const isInDoubt = ({ fault }: Reason): boolean => fault.code === 'remote.doubtful';

/** Why a letter would be kept if nothing were in doubt. */
function besideOf(kept: KeptMessage): Reason | undefined {
  if (isInDoubt(kept)) return kept.beside;
  const { fault, remote } = kept;
  return { fault, ...(remote && { remote }) };
}

type InDoubt = Pick<KeptMessage, 'doubts' | 'beside'> & Reason;

/** What two letters say that may have been done, and what is wrong beside it; undefined when there is no doubt. */
function doubtsOf(earlier: KeptMessage, kept: KeptMessage): InDoubt | undefined {
  const [first] = [earlier, kept].filter(isInDoubt);
  if (first === undefined) return undefined;
  const doubts = allOf(earlier.doubts ?? [], kept.doubts ?? []);
  const beside = besideOf(kept) ?? besideOf(earlier);
  // A letter of an older version names none of its doubts: its own words are all there is.
  const isNamed = [earlier, kept].every((one) => !isInDoubt(one) || one.doubts !== undefined);
  const { fault, remote } = (isNamed && doubtReason(doubts, beside)) || first;
  const named = isNamed && doubts.length > 0 && { doubts };
  return { fault, ...(remote && { remote }), ...named, ...(beside && { beside }) };
}

/**
 * What a letter says when its record is buried again. A redelivery knows nothing of the edges its record made the first
 * time, and may have carried out others that the person owed: the letter owes both. If something of it may have been done
 * already, this is what it goes on saying first, whatever else is refused: who mends that and replays the letter would do it
 * twice, and nobody would look whether it was done. A replay has the last word.
 */
export function buriedAgain(earlier: KeptMessage | undefined, kept: KeptMessage): KeptMessage {
  if (earlier === undefined || isReplay(kept)) return kept;
  const owed = earlier.owed && joined(earlier.owed, kept.owed ?? []);
  const { doubts: _, beside: __, ...rest } = kept;
  return { ...rest, ...(owed && { owed }), ...doubtsOf(earlier, kept) };
}
