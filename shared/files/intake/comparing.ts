import { Fault } from '../../core/fault.js';
import type { FileEntry, FilePlace } from '../ports.js';
import { type Closing, exitsFolder, freshClosing, withoutExits } from './closing.js';
import { reasonOf } from './come-back.js';
import { type Comparison, freshComparison, goOn } from './comparison.js';
import type { IntakeDeps, Limits } from './deps.js';
import { objectionTo, partsOf, runsOf } from './exports.js';
import { completeAt, type Family, familyId, type Roll } from './family.js';
import type { Hold } from './hold.js';
import { lateBy } from './late.js';
import type { FileOrder } from './order.js';
import type { IntakePages } from './pages.js';
import { partMissing } from './parts.js';
import { fileHash, isOver, progressId } from './progress.js';
import type { FileSource } from './source.js';

/** The end of one full export, and all that working on it takes. */
export interface Case {
  readonly order: FileOrder;
  readonly source: FileSource & { readonly snapshot: { readonly mostExits: number } };
  readonly place: FilePlace;
  readonly audience: string | undefined;
  readonly pages: IntakePages;
  readonly deps: IntakeDeps;
}

/** Where the family of an export is kept. */
export const familyIdOf = ({ source, audience }: Pick<Case, 'source' | 'audience'>): string =>
  familyId({ source: source.name, audience });

/** The files of an export: those that lie in the place, and those that act or have acted. */
export interface Present {
  readonly entries: readonly FileEntry[];
  readonly rolls: readonly Roll[];
}

/** The files of an export; undefined while one of them has not come to its end. */
export async function presentNow(
  { source, place, order, pages }: Case,
  family: Family,
): Promise<Present | undefined> {
  const { stem, at } = source.namingOf(order.name);
  const entries = await partsOf(source, place, order.name);
  const known = await pages.progress.readAll(entries.map((entry) => progressId(source.name, entry)));
  const open = entries.some((entry) => {
    const progress = known.get(progressId(source.name, entry))?.value;
    return !progress || !isOver(progress);
  });
  if (open) return undefined;
  const refused = [...known.values()].find(({ value }) => value && value.stage !== 'done')?.value;
  if (refused) {
    const text = `${refused.name}, a part of the full export, is ${refused.stage} (its report says why): nobody can be said to be missing, so nobody is taken out; once that is put right: tributary files retry ${refused.name}`;
    throw new Fault('file.exits', text);
  }
  const ids = new Set(entries.map(({ name, version }) => fileHash(source.name, name, version)));
  const there = new Set(entries.map(({ name }) => name));
  // Files that somebody has moved away since they were read belong to it all the same; but under a name without a time the
  // parts of the export before have the same names.
  const isMoved = ({ name, complete }: Roll): boolean => !there.has(name) && (!complete || at !== undefined);
  const rolls = family.rolls.filter((roll) => roll.stem === stem && (ids.has(roll.id) || isMoved(roll)));
  return { entries, rolls };
}

/** Whether all of an export has been compared and settled: an order that comes again has nothing to do. */
export const isSettled = ({ stage, parts }: Closing, { rolls }: Present): boolean =>
  (stage === 'done' || stage === 'overtaken') && rolls.every(({ id }) => parts.includes(id));

/** The time of a full export may be ahead of our clock by as much, milliseconds. */
const DAY_MS = 86_400_000;

/** Throws `file.incomplete` while a file of the export is missing, or no time is left to find out. */
export async function demandAllParts(
  { source, place, order, deps }: Case,
  { entries, rolls }: Present,
  limits: Limits,
): Promise<void> {
  const since = Math.min(...entries.map(({ at }) => at), ...rolls.map(({ time }) => time - DAY_MS));
  const isLate = lateBy(deps.clock, limits);
  const expected = await source.expectedParts(order.name, place, { since, isLate });
  const { stem } = source.namingOf(order.name);
  const fault = partMissing(
    { stem, entries, read: rolls.map(({ name }) => name), expected },
    source.namingOf,
  );
  if (fault) throw fault;
}

const idsOf = (rolls: readonly Roll[]): string[] => rolls.map(({ id }) => id).sort();

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((id, i) => id === other[i]);

/** A comparison of these runs that can be taken up; of one that waits only a whole one has been kept. */
function begunIn({ stage, comparison }: Closing, of: string): Comparison | undefined {
  if (comparison?.of !== of) return undefined;
  return stage === 'comparing' || (stage === 'waiting' && comparison.step === 'done')
    ? comparison
    : undefined;
}

/**
 * Compares an export with those before it, unless that has been done for the same files. What it gives is still at
 * `comparing` when time was up before; the position is kept.
 */
export async function compared(
  hold: Hold<Closing>,
  family: Family,
  now: readonly Roll[],
  work: Case,
  limits: Limits,
): Promise<Closing> {
  const { source, deps, audience } = work;
  const { value } = hold;
  const time = Math.max(...now.map((roll) => roll.time));
  const parts = idsOf(now);
  const newest = completeAt({ rolls: family.rolls.filter(({ id }) => !parts.includes(id)) });
  if (newest !== undefined && newest > time)
    return { ...value, time, parts, stage: 'overtaken', reason: undefined };
  const isKnown = isSame(parts, value.parts);
  if (isKnown && value.stage !== 'comparing' && value.stage !== 'waiting') return value;
  const before = family.rolls.filter((roll) => !parts.includes(roll.id) && roll.time <= time);
  const fresh = isKnown ? value : freshClosing(source.name, value.name, value.stem, deps.clock.now());
  const { lease, accepted, agreed } = value;
  const next: Closing = { ...withoutExits(fresh), lease, accepted, agreed, time, parts, reason: undefined };
  const runs = { before: runsOf(before), now: runsOf(now), folder: exitsFolder(next, audience) };
  const start = freshComparison(runs);
  const save = (comparison: Comparison) => hold.save({ ...next, stage: 'comparing', comparison });
  const comparison = await goOn(begunIn(value, start.of) ?? start, runs, save, deps, limits);
  if (comparison.step !== 'done') return hold.value;
  const { exits, turnover } = comparison;
  const { mostExits } = source.snapshot;
  const guard = { mostExits, agreed: isSame(parts, accepted) ? agreed : undefined };
  const objection = objectionTo(next, now, turnover, guard);
  const waits = exits.length > 0 ? objection : undefined;
  const members = Object.values(turnover).reduce((sum, { was }) => sum + was, 0);
  return {
    ...next,
    before: idsOf(before),
    members,
    exits,
    stage: waits ? 'waiting' : 'exits',
    // Whatever was agreed to before, this has not been shown yet.
    ...(waits && { accepted: [], agreed: {} }),
    reason: waits && reasonOf(waits),
    comparison: waits && comparison,
  };
}
