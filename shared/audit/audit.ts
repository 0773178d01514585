import type { Audit, AuditEntry, AuditLoss, AuditNote, AuditPages, AuditSetting } from '../core/audit.js';
import { Fault, type Result } from '../core/fault.js';
import type { Clock, StateStore, StateWrite, Versioned } from '../core/ports.js';
import { auditKeyOf, pageOf } from './names.js';
import { EMPTY_PAGE, type Page, pageIn, pageState, signpostState, withEntries, withRows } from './page.js';
import { type Pile, pilesOf } from './piles.js';

const DAY_MS = 86_400_000;
/** The delivery does not wait longer than this for what is only told about it, milliseconds. */
const PATIENCE_MS = 1_500;
/** How often notes about one page are tried when others write it at the same time. */
const ROUNDS = 4;

/** What the pages of one batch share. */
interface Auditing extends Required<Pick<AuditSetting, 'days'>> {
  readonly store: StateStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly signal: AbortSignal | undefined;
  /** Epoch milliseconds after which nothing is begun any more. */
  readonly until: number;
}

type Found = ReadonlyMap<string, Result<Versioned>>;

/** Reads pages; undefined when the store does not answer. */
async function read(names: readonly string[], auditing: Auditing): Promise<Found | Fault> {
  try {
    return await auditing.store.read(names, auditing.signal, auditing.until);
  } catch (error) {
    return faultOf(error);
  }
}

/** A broken program shows in the tests of this room; whatever it is, it must not end a delivery that went well. */
const faultOf = (error: unknown): Fault =>
  error instanceof Fault ? error : new Fault('store.unavailable', 'the audit failed', { cause: error });

const entryOf = ({ entry, persons }: AuditNote): AuditEntry => ({
  ...entry,
  persons: persons.map(({ id, name }) => ({ name, key: auditKeyOf(id) })),
});

/** Whether a signpost has to be put up: there is none, it leads elsewhere, or it would be gone before what it leads to. */
const isDue = ({ signpost }: Page, name: string, now: number, { days }: Auditing): boolean =>
  signpost?.name !== name || now - signpost.at > days * DAY_MS;

/** What gets lost with a pile; the way from a person to their rows is worth telling, too. */
const sizeOf = ({ notes }: Pile): number => Math.max(1, notes.length);

/** What is to be written of one page. */
interface Writing {
  readonly write: StateWrite;
  readonly signpost?: StateWrite;
}

function writingOf(
  name: string,
  pile: Pile,
  known: Result<Versioned> | undefined,
  auditing: Auditing,
): Writing | Fault {
  const found = known === undefined || !known.ok ? known : pageIn(known.value.state);
  if (found && !found.ok) return found.fault;
  const { clock, days } = auditing;
  const now = clock.now();
  const page = withRows(withEntries(found?.value ?? EMPTY_PAGE, pile.notes.map(entryOf), days, now), [
    ...pile.rows,
  ]);
  const due =
    pile.signpost !== undefined && isDue(page, pile.signpost, now, auditing) ? pile.signpost : undefined;
  const state = pageState(due === undefined ? page : { ...page, signpost: { at: now, name: due } }, now);
  const write = { id: name, state, expected: known?.ok ? known.value.version : undefined, ttlDays: days };
  if (due === undefined) return { write };
  // Twice as long: it is put up again once it is as old as what it leads to may become.
  return {
    write,
    signpost: { id: due, state: signpostState(name, now), expected: undefined, ttlDays: 2 * days },
  };
}

/** Puts signposts up. One that stands there already, of this row or of one that had the id before, is written over. */
async function putUp(writes: readonly StateWrite[], auditing: Auditing): Promise<void> {
  const { store, signal, until } = auditing;
  if (writes.length === 0) return;
  const answers = await store.write(writes, signal, until);
  const stood = writes.filter((_, i) => answers[i]?.ok === false);
  if (stood.length === 0) return;
  const found = await read(
    stood.map(({ id }) => id),
    auditing,
  );
  if (found instanceof Fault) throw found;
  const again = stood.flatMap((write) => {
    const known = found.get(write.id);
    return known?.ok ? [{ ...write, expected: known.value.version }] : [];
  });
  await store.write(again, signal, until);
}

/** One round over some pages: gives those that somebody else wrote meanwhile, and what got lost. */
async function round(piles: ReadonlyMap<string, Pile>, found: Found, auditing: Auditing) {
  const contended = new Map<string, Pile>();
  const losses: AuditLoss[] = [];
  const writings: { name: string; pile: Pile; writing: Writing }[] = [];
  for (const [name, pile] of piles) {
    const writing = writingOf(name, pile, found.get(name), auditing);
    if (writing instanceof Fault) losses.push({ notes: sizeOf(pile), code: writing.code });
    else writings.push({ name, pile, writing });
  }
  // First, because a page that says that its signpost is up never puts it up again.
  await putUp(
    writings.flatMap(({ writing }) => writing.signpost ?? []),
    auditing,
  );
  const writes = writings.map(({ writing }) => writing.write);
  const answers = await auditing.store.write(writes, auditing.signal, auditing.until);
  for (const [i, { name, pile }] of writings.entries()) {
    const answer = answers[i];
    if (answer?.ok) continue;
    if (answer?.reason === 'refused') losses.push({ notes: sizeOf(pile), code: answer.fault.code });
    else contended.set(name, pile);
  }
  return { contended, losses };
}

const countOf = (piles: ReadonlyMap<string, Pile>): number =>
  [...piles.values()].reduce((sum, pile) => sum + sizeOf(pile), 0);

const total = (losses: readonly AuditLoss[]): AuditLoss | undefined => {
  const [first] = losses;
  return first && { code: first.code, notes: losses.reduce((sum, { notes }) => sum + notes, 0) };
};

async function addAll(notes: readonly AuditNote[], first: Promise<Found | Fault>, auditing: Auditing) {
  let piles: ReadonlyMap<string, Pile> = pilesOf(notes);
  const losses: AuditLoss[] = [];
  let looked = await first;
  try {
    for (let turn = 1; piles.size > 0; turn++) {
      if (turn > ROUNDS || (turn > 1 && auditing.clock.now() >= auditing.until))
        return total([...losses, { notes: countOf(piles), code: 'store.contended' }]);
      const missing = turn > 1 || looked instanceof Fault;
      const found: Found | Fault = missing ? await read([...piles.keys()], auditing) : looked;
      if (found instanceof Fault) throw found;
      looked = found;
      const done = await round(piles, found, auditing);
      losses.push(...done.losses);
      piles = done.contended;
    }
    return total(losses);
  } catch (error) {
    return total([...losses, { notes: countOf(piles), code: faultOf(error).code }]);
  }
}

/**
 * The audit on a state store: a page for each row, with the newest entries about it, and one for each person of whom something was
 * said that changed nothing; beside the persons, under names no person can have.
 */
export function auditOn(store: StateStore, clock: Pick<Clock, 'now'>, { days, values }: AuditSetting): Audit {
  return {
    values,
    open(places, signal, deadline): AuditPages {
      const begin = (): Auditing => {
        const until = Math.min(deadline ?? Number.POSITIVE_INFINITY, clock.now() + PATIENCE_MS);
        return { store, clock, days, signal, until };
      };
      const names = [...new Set(places.map(pageOf))];
      // Begun now, so that it is done by the time the targets have answered; `read` does not reject.
      const first = names.length > 0 ? read(names, begin()) : Promise.resolve<Found>(new Map());
      return {
        add: (notes) => (notes.length === 0 ? Promise.resolve(undefined) : addAll(notes, first, begin())),
      };
    },
  };
}
