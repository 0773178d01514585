import type { PersonKeys } from './deps.js';

type Body = Readonly<Record<string, unknown>>;

/**
 * A line says that somebody is in a full export: the audience and one id of theirs, and where that id is their best and
 * they are a member, what an exit would need: their other ids and their address. Sorted lines of one pair stand together.
 */
export interface Presence {
  /** Audience and id, as text. */
  readonly pair: string;
  /** The audience, as {@link PersonKeys} spells it. */
  readonly audience: string;
  readonly member: { readonly others: readonly string[]; readonly body: Body } | undefined;
}

const TAB = '\t';

/** JSON writes a tab as `\t`, so the first one ends the pair; and it is smaller than whatever JSON writes. */
const pairOf = (audience: string, id: string): string => JSON.stringify([audience, id]);

/** Every line about one row of a full export. */
export function linesOf({ ids, body, memberOf, told }: PersonKeys): readonly string[] {
  const [best, ...others] = ids;
  if (best === undefined) return [];
  const members = new Set(memberOf);
  return told.flatMap((audience) => {
    const about = members.has(audience) ? JSON.stringify([others, body]) : '';
    return [
      `${pairOf(audience, best)}${TAB}${about}`,
      ...others.map((id) => `${pairOf(audience, id)}${TAB}`),
    ];
  });
}

/** Reads a line that {@link linesOf} wrote. */
export function presenceOf(line: string): Presence {
  const end = line.indexOf(TAB);
  const pair = line.slice(0, end);
  // Written by linesOf: a list of two texts; and a list of texts and an object.
  const [audience] = JSON.parse(pair) as [string, string];
  const about = line.slice(end + 1);
  if (about === '') return { pair, audience, member: undefined };
  const [others, body] = JSON.parse(about) as [string[], Body];
  return { pair, audience, member: { others, body } };
}

/** The pair of a line, without reading the rest. */
export const pairIn = (line: string): string => line.slice(0, line.indexOf(TAB));

/** The same person in the same audience under another id. */
export function pairsOfOthers({ audience, member }: Presence): readonly string[] {
  return (member?.others ?? []).map((id) => pairOf(audience, id));
}

/** The body of the record that says that somebody has left at `at`, epoch milliseconds. */
export function exitBody({ audience, member }: Presence, at: number): Body {
  // An audience is spelt by personKeysBy: namespace and id.
  const [namespace, id] = JSON.parse(audience) as [string, string];
  const gone = { status: 'exited', lastQualificationTime: new Date(at).toISOString() };
  return { ...member?.body, segmentMembership: { [namespace]: { [id]: gone } } };
}
