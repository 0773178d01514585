import type { AuditEntry, AuditPlace } from '../core/audit.js';
import type { Result } from '../core/fault.js';
import type { Clock, StateStore, Versioned } from '../core/ports.js';
import { personsAt } from '../pipeline/forget.js';
import { auditKeyOf, pageOf, personPage, signpostOf, spellingOf } from './names.js';
import { EMPTY_PAGE, entriesOf, oldestOf, type Page, pageIn, signpostIn } from './page.js';
import { type RowName, rowsOf } from './rows.js';
import { nowOf, type WhyNow } from './standing.js';

/** What is asked: about one row, or about everything of a person (an id of the state, `entry:value`). */
export type WhyQuestion =
  | { readonly kind: 'row'; readonly row: RowName }
  | { readonly kind: 'person'; readonly id: string };

/** What is kept of one row, or of one thing that was done once (its key begins with `!`). */
export interface WhyRow {
  readonly connection: string;
  readonly object: string;
  /** As it was asked for, or as the person's state has it. */
  readonly key: string;
  /** Oldest first. */
  readonly entries: readonly AuditEntry[];
  /** Time of the newest entry there was no room for, epoch milliseconds. */
  readonly dropped: number | undefined;
  /** The key was written with other capital and small letters: where the target tells those apart it is another row. */
  readonly otherSpelling?: true;
}

/** What is kept of one person beside the rows: what they entered and left without anything coming of it. */
export interface WhyPerson {
  /** The one-way name under which entries are kept. */
  readonly key: string;
  readonly entries: readonly AuditEntry[];
  readonly dropped: number | undefined;
  /** What is known of the person now; only when they were asked for by id and are known. */
  readonly now: WhyNow | undefined;
}

/** The answer. Empty lists: nothing is kept. */
export interface Why {
  readonly rows: readonly WhyRow[];
  readonly persons: readonly WhyPerson[];
}

/** Where and when it is asked, and from when on. */
export interface Asking {
  readonly store: StateStore;
  readonly clock: Pick<Clock, 'now'>;
  /** Epoch milliseconds. */
  readonly from: number;
}

type Found = ReadonlyMap<string, Result<Versioned>>;

/** The page in what was found under a name. Throws `store.format` when it cannot be read. */
function pageAt(name: string, found: Found): Page {
  const known = found.get(name);
  if (known === undefined) return EMPTY_PAGE;
  if (!known.ok) throw known.fault;
  const page = pageIn(known.value.state);
  if (!page.ok) throw page.fault;
  return page.value;
}

/** Entries of a page from an instant on. Throws `store.format` when one cannot be read. */
function entriesAt(page: Page, from?: number): readonly AuditEntry[] {
  const entries = entriesOf(page, from);
  if (!entries.ok) throw entries.fault;
  return entries.value;
}

/** What is asked for of a page: entries that count still, from an instant on. */
function since(page: Page, { from, clock }: Asking): Pick<WhyRow, 'entries' | 'dropped'> {
  const first = Math.max(from, oldestOf(page, clock.now()));
  return {
    entries: entriesAt(page, first),
    dropped: page.dropped !== undefined && page.dropped >= first ? page.dropped : undefined,
  };
}

/** The page of a row, found by what it is matched on or by the target's own id. */
async function pageOfRow(row: RowName, store: StateStore): Promise<Page> {
  const own = pageOf({ kind: 'row', ...row } satisfies AuditPlace);
  const signpost = signpostOf(row.connection, row.object, row.key);
  const found = await store.read([own, signpost]);
  const page = pageAt(own, found);
  if (page.entries.length > 0) return page;
  const sign = found.get(signpost);
  const led = sign?.ok ? signpostIn(sign.value.state) : undefined;
  return led === undefined ? page : pageAt(led, await store.read([led]));
}

/** What is kept of persons by their one-way names, with what became of rows that their states do not tell of; `told` are those they do; without it, of no row. */
async function personsBy(
  keys: readonly string[],
  told: ReadonlySet<string> | undefined,
  asking: Asking,
): Promise<readonly WhyPerson[]> {
  if (keys.length === 0) return [];
  const found = await asking.store.read(keys.map(personPage));
  const pages = keys.map((key) => pageAt(personPage(key), found));
  const names = told
    ? [...new Set(pages.flatMap(({ rows = [] }) => rows))].filter((name) => !told.has(name))
    : [];
  const rows = await asking.store.read(names);
  const others = names.flatMap((name) => since(pageAt(name, rows), asking).entries);
  return keys.map((key, i) => {
    const { entries, dropped } = since(pages[i] ?? EMPTY_PAGE, asking);
    const own = others.filter(({ persons }) => persons.some((person) => person.key === key));
    return { key, entries: [...entries, ...own].sort((a, b) => a.at - b.at), dropped, now: undefined };
  });
}

/** A row as it was asked for, and beside it what is said of keys that are spelled with other capital and small letters. */
function bySpelling(row: RowName, told: Pick<WhyRow, 'entries' | 'dropped'>): readonly WhyRow[] {
  const own = spellingOf(row);
  const isOther = ({ spelling = own }: AuditEntry): boolean => spelling !== own;
  const others = told.entries.filter(isOther);
  // Nothing is spelled so: whoever asks need not know how it is.
  if (others.length === 0 || !told.entries.some(({ spelling }) => spelling === own))
    return [{ ...row, ...told }];
  return [
    { ...row, ...told, entries: told.entries.filter((entry) => !isOther(entry)) },
    { ...row, entries: others, dropped: undefined, otherSpelling: true },
  ];
}

async function whyRow(row: RowName, asking: Asking): Promise<Why> {
  const page = await pageOfRow(row, asking.store);
  const told = since(page, asking);
  const keys = [...new Set(entriesAt(page).flatMap(({ persons }) => persons.map(({ key }) => key)))];
  const persons = await personsBy(keys, undefined, asking);
  const isTold = told.entries.length > 0 || told.dropped !== undefined;
  return {
    rows: isTold ? bySpelling(row, told) : [],
    persons: persons.filter(({ entries }) => entries.length > 0),
  };
}

async function whyPerson(id: string, asking: Asking): Promise<Why> {
  const { store } = asking;
  // Before the id was known to be that of somebody else, things may have happened under it.
  const ids = [...new Set([id, ...(await personsAt(store, id))])];
  const found = await store.read(ids);
  const states = new Map(
    ids.flatMap((one) => {
      const known = found.get(one);
      if (known && !known.ok) throw known.fault;
      return known ? [[one, known.value.state] as const] : [];
    }),
  );
  const rows = [...states.values()].flatMap(rowsOf);
  const names = rows.map((row) => pageOf({ kind: 'row', ...row }));
  const pages = await store.read(names);
  const keys = new Set(ids.map(auditKeyOf));
  const told = rows.map((row, i) => {
    const { entries, dropped } = since(pageAt(names[i] ?? '', pages), asking);
    const own = spellingOf(row);
    // Of another spelling only what was done for this person.
    const isMeant = ({ spelling = own, persons }: AuditEntry): boolean =>
      spelling === own || persons.some(({ key }) => keys.has(key));
    return { ...row, dropped, entries: entries.filter(isMeant) };
  });
  const persons = await personsBy(ids.map(auditKeyOf), new Set(names), asking);
  return {
    rows: told.filter(({ entries, dropped }) => entries.length > 0 || dropped !== undefined),
    persons: persons
      .map((person, i) => {
        const state = states.get(ids[i] ?? '');
        return { ...person, now: state && state.claimants.length === 0 ? nowOf(state) : undefined };
      })
      .filter(({ entries, now }) => entries.length > 0 || now !== undefined),
  };
}

/**
 * Why a row, or everything of a person, is as it is: what is kept of it, oldest first. Reads a few keys, never a table. Throws
 * `store.*` faults.
 */
export const why = (question: WhyQuestion, asking: Asking): Promise<Why> =>
  question.kind === 'row' ? whyRow(question.row, asking) : whyPerson(question.id, asking);
