import { hasContent } from '../core/absorb.js';
import type { Versioned } from '../core/ports.js';
import { type Claimant, EMPTY_STATE, type PersonState } from '../core/state.js';
import { type Atlas, type Home, rootsOf } from './atlas.js';
import type { Run } from './run.js';

/** What is to be done about one other id of a person. */
export interface Alias {
  readonly id: string;
  readonly known: Versioned | undefined;
  /** Who claims it from now on. */
  readonly claimants: readonly Claimant[];
  /** What is known under it and becomes the person's. */
  readonly content: PersonState | undefined;
  /** Persons it leads to, the new one included. */
  readonly persons: readonly string[];
}

/** Most persons that are remembered of a shared id: so many different ones never turn out to be one. */
const MOST_CLAIMANTS = 8;

/** Whether somebody else is sending for whoever is stored there. */
export const isLeased = (state: PersonState | undefined, run: Run): boolean =>
  state?.claim !== undefined && state.claim.by !== run.id && state.claim.until > run.deps.clock.now();

/** A free id becomes the person's, with all that is known under it. */
const takenOver = (id: string, known: Versioned | undefined, me: Claimant): Alias => ({
  id,
  known,
  claimants: [me],
  content: known && hasContent(known.state) ? known.state : undefined,
  persons: [me.to],
});

/** An id that somebody claims already: the same person, or another, and then it is shared. */
function claimedAs(id: string, known: Versioned, me: Claimant, behind: (one: Claimant) => string[]): Alias {
  const { claimants } = known.state;
  const persons = [...new Set(claimants.flatMap(behind))];
  const isMine = persons.includes(me.to);
  const owners = claimants.slice(0, 1).flatMap(behind);
  // What is left there is on its way to whoever claimed it first, and to nobody else.
  const isForMe = owners.length === 1 && owners[0] === me.to && hasContent(known.state);
  return {
    id,
    known,
    claimants: isMine ? claimants : [...claimants, me].slice(0, MOST_CLAIMANTS),
    content: isForMe ? known.state : undefined,
    persons: isMine ? persons : [...persons, me.to],
  };
}

/** What to do about the ids given, all of which have been explored. One that cannot be read is left alone. */
export function aliasesFor(home: Home, ids: readonly string[], atlas: Atlas): readonly Alias[] {
  const me: Claimant = { to: home.id, key: home.key ?? '' };
  const found = ids.flatMap((id) => {
    const answer = atlas.at(id);
    return answer?.ok === false ? [] : [{ id, known: answer?.value }];
  });
  const isFree = ({ known }: { known: Versioned | undefined }): boolean =>
    (known?.state ?? EMPTY_STATE).claimants.length === 0;
  // What leads to an id that becomes the person's now leads to the person.
  const mine = new Set(found.filter(isFree).map(({ id }) => id));
  const behind = ({ to, key }: Claimant): string[] => [
    ...new Set(rootsOf({ id: to, key }, atlas).map((root) => (mine.has(root.id) ? me.to : root.id))),
  ];
  return found.map(({ id, known }) =>
    known && !mine.has(id) ? claimedAs(id, known, me, behind) : takenOver(id, known, me),
  );
}

/** Says so when ids turn out to be shared: their persons are not merged. */
export function warnOfShared({ id: person }: Home, aliases: readonly Alias[], run: Run): void {
  const { pseudonym } = run.deps;
  for (const { id, persons, known } of aliases) {
    if (persons.length < 2 || known?.state.claimants.some(({ to }) => to === person)) continue;
    run.deps.log.write('warn', 'person.shared', { identity: pseudonym(id), persons: persons.map(pseudonym) });
  }
}
