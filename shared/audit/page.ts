import * as z from 'zod';
import { AuditEntry } from '../core/audit.js';
import { bad, ok, type Result } from '../core/fault.js';
import { canonical } from '../core/fingerprint.js';
import type { Json } from '../core/ports.js';
import { EMPTY_STATE, type PersonState } from '../core/state.js';
import { entryIn, textsOf } from './entry-text.js';
import { Held } from './held.js';

/** An entry as it is kept: when it happened, epoch milliseconds, its text and its form. */
type Kept = readonly [at: number, text: string, form: string];

const keptOf = (entry: AuditEntry): Kept => [entry.at, ...textsOf(entry)];

/** What a page has beside its entries. */
const Rest = z.object({
  /** How long its entries count, days: a page is rewritten only when something happens. */
  days: z.number().optional(),
  /** Time of the newest entry there was no room for, epoch milliseconds. */
  dropped: z.number().optional(),
  /** The signpost that leads here, and when it was put up, epoch milliseconds. */
  signpost: z.object({ at: z.number(), name: z.string() }).optional(),
  /** Of a person: pages of rows that were not written for them, so that their state does not tell of those; the newest last. */
  rows: z.array(z.string()).optional(),
  /** Of a row: what it holds. */
  held: Held.optional(),
});

/** A page as it is stored: each entry has the place of its form among the forms. */
const Stored = Rest.extend({
  forms: z.array(z.string()),
  entries: z.array(z.tuple([z.number(), z.string(), z.int().nonnegative()])),
});

/** A page as it was stored before. */
const Former = Rest.extend({ entries: z.array(AuditEntry.transform(keptOf)) });

/** The newest entries of one place, oldest first. */
export interface Page extends z.infer<typeof Rest> {
  readonly entries: readonly Kept[];
}

/** Nothing is kept of the place. */
export const EMPTY_PAGE: Page = { entries: [] };

/** Most entries of one place, and most UTF-16 units of them with their forms: packed some 2 kB, which a store bills like a state. */
export const MOST_ENTRIES = 20;
export const MOST_TEXT = 12_000;
/** Most pages of rows that the page of a person leads to. */
const MOST_ROWS = 40;

const DAY_MS = 86_400_000;

/** Before when entries count no more, epoch milliseconds. */
export const oldestOf = ({ days = Number.POSITIVE_INFINITY }: Pick<Page, 'days'>, now: number): number =>
  now - days * DAY_MS;

const isWrite = ({ answer: { kind } }: AuditEntry): boolean =>
  ['created', 'updated', 'accepted'].includes(kind);

/** What an entry says; only what the target calls the request is another each time. */
const saidBy = ({
  at: _at,
  times: _times,
  answer: { requestId: _id, ...answer },
  ...rest
}: AuditEntry): string => canonical({ ...rest, answer });

/** Two entries that say the same of the same messages: a row that is refused again each time its record comes. */
const isSame = (a: AuditEntry, b: AuditEntry): boolean =>
  !isWrite(a) && a.answer.kind === b.answer.kind && saidBy(a) === saidBy(b);

/** An entry that is to be kept, or one that is and need not be looked at, which takes long. */
interface Item {
  readonly at: number;
  readonly kept?: Kept;
  readonly entry?: AuditEntry;
}

const entryOf = ({ kept, entry }: Item): AuditEntry | undefined => entry ?? (kept && entryIn(...kept));

/** The two as one, if they say the same and one of them is new; each write is an entry of its own. */
function merged(a: Item | undefined, b: Item): Item | undefined {
  if (!a || [a, b].every(({ kept }) => kept) || [a, b].some(({ entry }) => entry && isWrite(entry)))
    return undefined;
  const [earlier, later] = [entryOf(a), entryOf(b)];
  if (!earlier || !later || !isSame(earlier, later)) return undefined;
  return { at: b.at, entry: { ...later, times: (earlier.times ?? 1) + (later.times ?? 1) } };
}

/** How many of the entries, counted from the newest, there is room for; the newest has room in any case. */
function roomFor(entries: readonly Kept[]): number {
  let text = 0;
  let count = 0;
  const forms = new Set<string>();
  for (const [, one, form] of entries.toReversed()) {
    text += one.length + (forms.has(form) ? 0 : form.length);
    forms.add(form);
    if (count > 0 && (text > MOST_TEXT || count === MOST_ENTRIES)) break;
    count += 1;
  }
  return count;
}

/**
 * The page with more entries, in the order of their times, each of which counts for so many days. Those that count no more at `now`
 * (epoch milliseconds) are left out, and the oldest for which there is no room.
 */
export function withEntries(page: Page, more: readonly AuditEntry[], days: number, now: number): Page {
  const oldest = oldestOf({ days }, now);
  const all: Item[] = page.entries.map((kept) => ({ at: kept[0], kept }));
  for (const entry of more) all.push({ at: entry.at, entry });
  const items: Item[] = [];
  for (const item of all.filter(({ at }) => at >= oldest).sort((a, b) => a.at - b.at)) {
    const one = merged(items.at(-1), item);
    if (one) items[items.length - 1] = one;
    else items.push(item);
  }
  const entries = items.flatMap(({ kept, entry }) => (entry ? [keptOf(entry)] : kept ? [kept] : []));
  const left = entries.length - roomFor(entries);
  const dropped = Math.max(page.dropped ?? 0, entries[left - 1]?.[0] ?? 0);
  return { ...page, days, entries: entries.slice(left), ...(dropped > 0 && { dropped }) };
}

const unreadable = (cause?: unknown): Result<never> =>
  bad(
    'store.format',
    'what is kept of why a row was changed is not as this version writes it; a newer version may have, ask with that one',
    { cause },
  );

/** The entries of a page from an instant on, epoch milliseconds; `store.format` when a newer version wrote one. */
export function entriesOf({ entries }: Page, from = Number.NEGATIVE_INFINITY): Result<readonly AuditEntry[]> {
  const found = entries.filter(([at]) => at >= from).map((kept) => entryIn(...kept));
  const read = found.filter((entry) => entry !== undefined);
  return read.length === found.length ? ok(read) : unreadable();
}

/** The page of a person with more pages of rows. */
export function withRows(page: Page, more: readonly string[]): Page {
  if (more.length === 0) return page;
  const kept = (page.rows ?? []).filter((name) => !more.includes(name));
  return { ...page, rows: [...kept, ...more].slice(-MOST_ROWS) };
}

const PAGE = 'page';
const SIGNPOST = 'signpost';

function storedOf({ entries, ...rest }: Page): z.input<typeof Stored> {
  const forms = [...new Set(entries.map(([, , form]) => form))];
  const places = new Map(forms.map((form, i) => [form, i]));
  return { ...rest, forms, entries: entries.map(([at, text, form]) => [at, text, places.get(form) ?? 0]) };
}

/** A page as a state store takes it. */
export const pageState = (page: Page, at: number): PersonState => ({
  ...EMPTY_STATE,
  // It has been made of JSON values only.
  values: new Map([[PAGE, { value: storedOf(page) as unknown as Json, at }]]),
});

/** The page in what a state store gave; `store.format` when a newer version wrote it. */
export function pageIn({ values }: PersonState): Result<Page> {
  const known = values.get(PAGE);
  if (known === undefined) return ok(EMPTY_PAGE);
  const parsed = Stored.safeParse(known.value);
  if (parsed.success) {
    const { forms, entries, ...rest } = parsed.data;
    return ok({ ...rest, entries: entries.map(([at, text, form]) => [at, text, forms[form] ?? '']) });
  }
  const former = Former.safeParse(known.value);
  return former.success ? ok(former.data) : unreadable(parsed.error);
}

/** A signpost as a state store takes it: it names the page. */
export const signpostState = (page: string, at: number): PersonState => ({
  ...EMPTY_STATE,
  values: new Map([[SIGNPOST, { value: page, at }]]),
});

/** The name of the page that a signpost leads to. */
export function signpostIn({ values }: PersonState): string | undefined {
  const value = values.get(SIGNPOST)?.value;
  return typeof value === 'string' ? value : undefined;
}
