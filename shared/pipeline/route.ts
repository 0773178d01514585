import { Fault } from '../core/fault.js';
import type { Identity, Person } from '../core/person.js';
import { type Atlas, type Home, rootsOf } from './atlas.js';
import type { AddressedEntry } from './decode.js';
import { bury, keptOf } from './keep.js';
import type { Run } from './run.js';

/** One person's share of the batch. */
export interface Work extends Home {
  readonly entries: readonly AddressedEntry[];
  /** Other ids in the records that should lead to this person. */
  readonly aliases: readonly string[];
}

/** Who a record is about, where they are known, and by which of its ids that was found. */
export interface Routed {
  readonly person: Person;
  readonly home: Home;
  readonly by: Identity;
}

/** Finds a person by the first of the candidates that leads to one and no more. All have been explored. */
export function routeBy(person: Person, candidates: readonly Identity[], atlas: Atlas): Routed | undefined {
  for (const by of candidates) {
    const [home, ...more] = rootsOf(by, atlas);
    if (home && more.length === 0) return { person, home, by };
  }
  return undefined;
}

/** Ids below the one that decided; that one too, if it only leads to the person. Who waits has no use for any. */
export function aliasesOf({ person, home, by }: Routed): readonly string[] {
  if (home.key === undefined) return [];
  const below = person.others.filter(({ rank }) => rank > by.rank);
  return [by, ...below].flatMap(({ id }) => (id === home.id ? [] : [id]));
}

function group(entries: readonly AddressedEntry[], routed: readonly (Routed | undefined)[]): Work[] {
  const works = new Map<string, Home & { entries: AddressedEntry[]; aliases: Set<string> }>();
  for (const [i, entry] of entries.entries()) {
    const one = routed[i];
    if (!one) continue;
    const { id, key } = one.home;
    const work = works.get(id) ?? { id, key, entries: [], aliases: new Set() };
    work.entries.push(entry);
    for (const alias of aliasesOf(one)) work.aliases.add(alias);
    works.set(id, work);
  }
  return [...works.values()].map((work) => ({ ...work, aliases: [...work.aliases] }));
}

const shared = (): Fault =>
  new Fault(
    'person.shared',
    'every key in the record belongs to several persons, who are not merged: nobody can tell whom it is about',
  );

/** Ends records that could be anybody's: kept with the reason first; held if that cannot be. */
async function buryShared(entries: readonly AddressedEntry[], run: Run): Promise<void> {
  const fault = shared();
  const letters = entries.map((entry) => keptOf(entry, fault, run));
  const failure = await bury(letters, run);
  for (const entry of entries) {
    const person = run.deps.pseudonym(entry.person.id);
    run.endings.set(
      entry,
      failure ? { name: 'held', fault: failure, person } : { name: 'unaddressed', fault, person },
    );
  }
}

/**
 * Finds the person of each record: by its best id that does not belong to several. An id may lead to a person who is
 * known by a better one. Records whose every id is shared are ended here.
 */
export async function route(
  entries: readonly AddressedEntry[],
  atlas: Atlas,
  run: Run,
): Promise<readonly Work[]> {
  await atlas.explore(entries.map(({ person }) => person.id));
  const first = entries.map(({ person }) => routeBy(person, [person], atlas));
  const astray = entries.filter((_, i) => first[i] === undefined);
  if (astray.length === 0) return group(entries, first);
  await atlas.explore(astray.flatMap(({ person }) => person.others.map(({ id }) => id)));
  const routed = entries.map(({ person }, i) => first[i] ?? routeBy(person, person.others, atlas));
  await buryShared(
    entries.filter((_, i) => routed[i] === undefined),
    run,
  );
  return group(entries, routed);
}
