import * as z from 'zod';
import { AuditEntry } from '../core/audit.js';
import { bad, ok, type Result } from '../core/fault.js';
import { canonical } from '../core/fingerprint.js';
import type { Json } from '../core/ports.js';
import { EMPTY_STATE, type PersonState } from '../core/state.js';

/** The newest entries of one place, oldest first. */
const Page = z.object({
  entries: z.array(AuditEntry),
  /** How long its entries count, days: a page is rewritten only when something happens. */
  days: z.number().optional(),
  /** Time of the newest entry there was no room for, epoch milliseconds. */
  dropped: z.number().optional(),
  /** The signpost that leads here, and when it was put up, epoch milliseconds. */
  signpost: z.object({ at: z.number(), name: z.string() }).optional(),
  /** Of a person: pages of rows that were not written for them, so that their state does not tell of those; the newest last. */
  rows: z.array(z.string()).optional(),
});
export type Page = z.infer<typeof Page>;

/** Nothing is kept of the place. */
export const EMPTY_PAGE: Page = { entries: [] };

/** Most entries of one place, and most UTF-16 units of them as JSON: packed some 3 kB, which a store bills like a state. */
export const MOST_ENTRIES = 20;
export const MOST_TEXT = 16_000;
/** Most pages of rows that the page of a person leads to. */
const MOST_ROWS = 40;

const DAY_MS = 86_400_000;

/** Before when entries count no more, epoch milliseconds. */
export const oldestOf = ({ days = Number.POSITIVE_INFINITY }: Pick<Page, 'days'>, now: number): number =>
  now - days * DAY_MS;

/** Two entries that say the same of the same messages: a row that is refused again each time its record comes. */
function isSame(a: AuditEntry, b: AuditEntry): boolean {
  // Each write is an entry of its own.
  if (['created', 'updated', 'accepted'].includes(a.answer.kind) || a.answer.kind !== b.answer.kind)
    return false;
  // Only what the target calls the request is another each time.
  const said = ({
    at: _at,
    times: _times,
    answer: { requestId: _id, ...answer },
    ...rest
  }: AuditEntry): string => canonical({ ...rest, answer });
  return said(a) === said(b);
}

function withEntry(entries: readonly AuditEntry[], entry: AuditEntry): AuditEntry[] {
  const last = entries.at(-1);
  if (!last || !isSame(last, entry)) return [...entries, entry];
  return [...entries.slice(0, -1), { ...entry, times: (last.times ?? 1) + (entry.times ?? 1) }];
}

/** How many of the entries, counted from the newest, there is room for; the newest has room in any case. */
function roomFor(entries: readonly AuditEntry[]): number {
  let text = 0;
  let count = 0;
  for (const entry of [...entries].reverse()) {
    text += JSON.stringify(entry).length;
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
  const all = [...page.entries, ...more].filter(({ at }) => at >= oldest).sort((a, b) => a.at - b.at);
  const entries = all.reduce<AuditEntry[]>(withEntry, []);
  const left = entries.length - roomFor(entries);
  const dropped = Math.max(page.dropped ?? 0, entries[left - 1]?.at ?? 0);
  return { ...page, days, entries: entries.slice(left), ...(dropped > 0 && { dropped }) };
}

/** The page of a person with more pages of rows. */
export function withRows(page: Page, more: readonly string[]): Page {
  if (more.length === 0) return page;
  const kept = (page.rows ?? []).filter((name) => !more.includes(name));
  return { ...page, rows: [...kept, ...more].slice(-MOST_ROWS) };
}

const PAGE = 'page';
const SIGNPOST = 'signpost';

/** A page as a state store takes it. */
export const pageState = (page: Page, at: number): PersonState => ({
  ...EMPTY_STATE,
  // It has been made of JSON values only.
  values: new Map([[PAGE, { value: page as unknown as Json, at }]]),
});

/** As much of an entry as it takes to put another one behind it. */
const Head = z.object({ at: z.number(), answer: z.object({ kind: z.string() }) });
const isEntry = (one: unknown): boolean => Head.safeParse(one).success;

/** A page that is only written on: its entries stay what they are, and need not be looked at, which takes long. */
const Written = Page.extend({ entries: z.array(z.custom<AuditEntry>(isEntry)) });

function read(schema: z.ZodType<Page>, { values }: PersonState): Result<Page> {
  const known = values.get(PAGE);
  if (known === undefined) return ok(EMPTY_PAGE);
  const parsed = schema.safeParse(known.value);
  if (parsed.success) return ok(parsed.data);
  const text =
    'what is kept of why a row was changed is not as this version writes it; a newer version may have, ask with that one';
  return bad('store.format', text, { cause: parsed.error });
}

/** The page in what a state store gave; `store.format` when a newer version wrote it. */
export const pageIn = (state: PersonState): Result<Page> => read(Page, state);

/** The same for who only adds to it. */
export const pageToWrite = (state: PersonState): Result<Page> => read(Written, state);

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
