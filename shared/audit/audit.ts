import type { Audit, AuditEntry, AuditLoss, AuditNote, AuditPages, AuditSetting } from '../core/audit.js';
import { Fault, type Result } from '../core/fault.js';
import type { Clock, StateStore, StateWrite, Versioned } from '../core/ports.js';
import { judged } from './held.js';
import { auditKeyOf, pageOf, spellingOf } from './names.js';
import { EMPTY_PAGE, type Page, pageIn, pageState, signpostState, withEntries, withRows } from './page.js';
import { type Found, type PatientStore, patiently } from './patience.js';
import { type Pile, pilesOf } from './piles.js';

const DAY_MS = 86_400_000;
/** How often notes about one page are tried when others write it at the same time. */
const ROUNDS = 4;

/** What the pages of one batch share. */
interface Auditing extends Required<Pick<AuditSetting, 'days'>> {
  readonly store: PatientStore;
  readonly clock: Pick<Clock, 'now'>;
}

const entryOf = ({ entry, persons, place }: AuditNote): AuditEntry => ({
  ...entry,
  persons: persons.map(({ id, name }) => ({ name, key: auditKeyOf(id) })),
  ...(place.kind === 'row' && { spelling: spellingOf(place) }),
});

/** The page with more notes, each judged by what the row held before it. */
function withNotes(page: Page, notes: readonly AuditNote[], days: number, now: number): Page {
  let { held } = page;
  const entries = notes.map((note) => {
    const one = judged({ entry: entryOf(note), prints: note.prints }, held);
    held = one.held;
    return one.entry;
  });
  return { ...withEntries(page, entries, days, now), ...(held && { held }) };
}

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
  const page = withRows(withNotes(found?.value ?? EMPTY_PAGE, pile.notes, days, now), [...pile.rows]);
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
  const { store } = auditing;
  if (writes.length === 0) return;
  const answers = await store.write(writes);
  const stood = writes.filter((_, i) => answers[i]?.ok === false);
  if (stood.length === 0) return;
  const found = await store.read(stood.map(({ id }) => id));
  if (found instanceof Fault) return;
  const again = stood.flatMap((write) => {
    const known = found.get(write.id);
    return known?.ok ? [{ ...write, expected: known.value.version }] : [];
  });
  await store.write(again);
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
  const answers = await auditing.store.write(writes);
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
  let found = await first;
  for (let turn = 1; piles.size > 0; turn++) {
    if (turn > ROUNDS) return total([...losses, { notes: countOf(piles), code: 'store.contended' }]);
    if (turn > 1) found = await auditing.store.read([...piles.keys()]);
    if (found instanceof Fault) return total([...losses, { notes: countOf(piles), code: found.code }]);
    const done = await round(piles, found, auditing);
    losses.push(...done.losses);
    piles = done.contended;
  }
  return total(losses);
}

/**
 * The audit on a state store: a page for each row, with the newest entries about it, and one for each person of whom something was
 * said that changed nothing; beside the persons, under names no person can have.
 */
export function auditOn(store: StateStore, clock: Pick<Clock, 'now'>, { days, values }: AuditSetting): Audit {
  return {
    values,
    begin(signal, deadline) {
      const auditing: Auditing = { store: patiently(store, clock, signal, deadline), clock, days };
      return {
        open(places): AuditPages {
          // Begun now, so that it is done by the time the targets have answered; `read` does not reject.
          const first = auditing.store.read([...new Set(places.map(pageOf))]);
          return {
            add: (notes) =>
              notes.length === 0 ? Promise.resolve(undefined) : addAll(notes, first, auditing),
          };
        },
      };
    },
  };
}
