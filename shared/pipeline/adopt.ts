import { absorbed } from '../core/absorb.js';
import { briefFingerprint } from '../core/fingerprint.js';
import type { StateWrite, Versioned, WriteAnswer } from '../core/ports.js';
import { EMPTY_STATE, type PersonState } from '../core/state.js';
import { type Alias, aliasesFor, isLeased, warnOfShared } from './adoption.js';
import type { Atlas } from './atlas.js';
import { letGo } from './keep.js';
import type { Work } from './route.js';
import type { Run } from './run.js';

/** A person as they are known now. */
export interface Known {
  readonly work: Work;
  readonly state: PersonState;
  readonly version: string | undefined;
  /** The state holds something that is not stored yet and should be. */
  readonly learned: boolean;
}

/** A person and what is to be done about those of their other ids that are not known to lead to them. */
interface Adoption {
  readonly known: Known;
  readonly aliases: readonly Alias[];
  /** Of what has just been written at the aliases, in their order. */
  readonly versions: readonly string[];
}

const DAY_MS = 86_400_000;
/** Most other ids that are remembered as known; one that is forgotten is looked at again. */
const MOST_KNOWN = 100;

const today = ({ deps }: Run): number => Math.floor(deps.clock.now() / DAY_MS);

/** Looked at again from time to time: what leads from there to here must not expire before the person does. */
const isFresh = ({ aliases }: PersonState, id: string, run: Run): boolean =>
  today(run) - (aliases.get(briefFingerprint(id)) ?? Number.NEGATIVE_INFINITY) < run.tuning.recheckDays;

function learnt(state: PersonState, ids: readonly Alias[], run: Run): PersonState {
  const aliases = new Map(state.aliases);
  for (const { id } of ids) aliases.set(briefFingerprint(id), today(run));
  const newest = [...aliases].sort(([, a], [, b]) => b - a).slice(0, MOST_KNOWN);
  return { ...state, aliases: new Map(newest) };
}

/** Makes the writes of some persons in one call. Gives those all of whose writes were taken, with the new versions. */
async function writeFor<T extends { readonly known: Known }>(
  some: readonly T[],
  writesOf: (one: T) => readonly StateWrite[],
  run: Run,
): Promise<readonly { readonly one: T; readonly versions: readonly string[] }[]> {
  const writes = some.map(writesOf);
  const answers = await run.deps.store.write(writes.flat(), run.signal, run.options.deadline);
  const taken: { one: T; versions: string[] }[] = [];
  let from = 0;
  for (const [i, one] of some.entries()) {
    const to = from + (writes[i]?.length ?? 0);
    const versions = await versionsOf(answers.slice(from, to), one.known.work, run);
    if (versions) taken.push({ one, versions });
    from = to;
  }
  return taken;
}

/** The versions of what was written, if all was. Who lost a race is read again; who is refused is let go. */
async function versionsOf(
  answers: readonly WriteAnswer[],
  work: Work,
  run: Run,
): Promise<string[] | undefined> {
  const versions: string[] = [];
  for (const answer of answers) {
    if (answer.ok) versions.push(answer.version);
    else {
      if (answer.reason === 'refused')
        await letGo(work, answer.fault, run, { alone: !answer.fault.retryable });
      return undefined;
    }
  }
  return versions;
}

/** First every id is made to lead to the person: from then on nobody else can take what is known under it. */
async function claimIds(adoptions: readonly Adoption[], run: Run): Promise<readonly Adoption[]> {
  const writesOf = ({ aliases }: Adoption): StateWrite[] =>
    aliases.map(({ id, known, claimants }) => ({
      id,
      expected: known?.version,
      state: { ...(known?.state ?? EMPTY_STATE), claim: undefined, claimants },
    }));
  const taken = await writeFor(adoptions, writesOf, run);
  return taken.map(({ one, versions }) => {
    warnOfShared(one.known.work, one.aliases, run);
    return { ...one, versions };
  });
}

/** Then the person takes it in. */
async function takeIn(adoptions: readonly Adoption[], run: Run): Promise<readonly Adoption[]> {
  const merged = adoptions.map((one) => ({
    ...one,
    state: one.aliases.reduce(
      (state, { content }) => (content ? absorbed(state, content) : state),
      one.known.state,
    ),
  }));
  const taken = await writeFor(
    merged,
    ({ known, state }) => [{ id: known.work.id, expected: known.version, state }],
    run,
  );
  return taken.map(({ one: { state, ...one }, versions: [version] }) => ({
    ...one,
    known: { ...one.known, state, version },
  }));
}

/** And only then it is gone from where it was. */
async function clearIds(adoptions: readonly Adoption[], run: Run): Promise<readonly Adoption[]> {
  const writesOf = ({ aliases, versions }: Adoption): StateWrite[] =>
    aliases.flatMap(({ id, claimants, content }, i) =>
      content ? [{ id, expected: versions[i], state: { ...EMPTY_STATE, claimants } }] : [],
    );
  return (await writeFor(adoptions, writesOf, run)).map(({ one }) => one);
}

async function carryOut(adoptions: readonly Adoption[], run: Run): Promise<readonly Known[]> {
  const claimed = await claimIds(adoptions, run);
  const isFull = ({ aliases }: Adoption): boolean => aliases.some(({ content }) => content !== undefined);
  const full = await clearIds(await takeIn(claimed.filter(isFull), run), run);
  return [...claimed.filter((one) => !isFull(one)), ...full].map(({ known, aliases }) => ({
    ...known,
    state: learnt(known.state, aliases, run),
    learned: true,
  }));
}

/** Persons who can be read and for whom nobody else is sending. */
async function freeOf(works: readonly Work[], atlas: Atlas, run: Run): Promise<readonly Known[]> {
  const free: Known[] = [];
  for (const work of works) {
    const answer = atlas.at(work.id);
    if (answer && !answer.ok) {
      await letGo(work, answer.fault, run, { alone: !answer.fault.retryable });
      continue;
    }
    const known: Versioned | undefined = answer?.value;
    if (isLeased(known?.state, run)) continue;
    free.push({ work, state: known?.state ?? EMPTY_STATE, version: known?.version, learned: false });
  }
  return free;
}

/**
 * Gives the persons that can be worked on now, as they are known. Ids in their records that were not known to be theirs
 * are made to lead to them, and what was known under these becomes theirs; a crash between any two of these writes is
 * made good by the next record that carries the same ids. Those who are leased, or who lost a race, are left out.
 */
export async function adopt(works: readonly Work[], atlas: Atlas, run: Run): Promise<readonly Known[]> {
  const free = await freeOf(works, atlas, run);
  const unknown = free.map(({ work, state }) => work.aliases.filter((id) => !isFresh(state, id, run)));
  if (unknown.every((ids) => ids.length === 0)) return free;
  await atlas.explore(unknown.flat());
  const adoptions = free.map((known, i) => ({
    known,
    aliases: aliasesFor(known.work, unknown[i] ?? [], atlas),
    versions: [],
  }));
  const isBusy = ({ aliases }: Adoption): boolean => aliases.some((one) => isLeased(one.known?.state, run));
  const isCurious = ({ aliases }: Adoption): boolean => aliases.length > 0;
  const adopted = await carryOut(
    adoptions.filter((one) => isCurious(one) && !isBusy(one)),
    run,
  );
  return [...adoptions.filter((one) => !isCurious(one)).map(({ known }) => known), ...adopted];
}
