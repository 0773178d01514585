import { Fault } from '../../core/fault.js';
import type { FileEntry } from '../ports.js';
import { type Closing, closingId, freshClosing } from './closing.js';
import type { IntakeDeps } from './deps.js';
import { mayClose } from './file-end.js';
import { LEASE_MS } from './hold.js';
import { type FileOrder, sendOrders } from './order.js';
import type { Page, Pages } from './page.js';
import type { IntakePages } from './pages.js';
import { type FileProgress, isOver, progressId, progressOf } from './progress.js';
import type { FileSource } from './source.js';
import { strangersIn } from './strangers.js';

/** Files asked about at once. */
const AT_ONCE = 100;
/** Whose order has not come back for so long has lost it, milliseconds. */
const LOST_MS = 3_600_000;
/** How long a file that nobody has come to may be left at the most before it is ordered once more, milliseconds. */
const MOST_PATIENCE_MS = 86_400_000;

/** The pages that a poll looks at. */
export type PolledPages = Pick<IntakePages, 'progress' | 'closing'>;

/**
 * Whether the order of somebody has got lost: not heard of for long; or whoever worked on it has died, for its lease ran out
 * and was not given back, and nobody has been sent since.
 */
function isLost(
  { began, due = 0, lease }: Pick<FileProgress, 'began' | 'due' | 'lease'>,
  now: number,
): boolean {
  if (lease && due <= lease.until && now > lease.until) return true;
  return now > Math.max(began, due, lease?.until ?? 0) + LOST_MS;
}

/** Notes on a page that an order is on its way. Whoever has changed the page meanwhile knows of it better. */
const note = async <T extends object>(pages: Pages<T>, id: string, page: Page<T>, now: number, fresh?: T) => {
  const value = page.value ?? fresh;
  if (value) await pages.write(id, { ...value, due: now }, page.version);
};

/**
 * Whether it is time for one more order. The queue may be long: one each hour would make it longer yet, so that each comes twice
 * as late as the one before.
 */
const isTime = (since: number, due: number, now: number): boolean =>
  now > due + Math.min(Math.max(0, due - since), MOST_PATIENCE_MS);

/** Whether somebody must be sent to a file: nobody has been, or whoever was has not been heard of for long. */
export function isForgotten(known: FileProgress | undefined, now: number): boolean {
  if (!known) return true;
  if (isOver(known) || !isLost(known, now)) return false;
  const { began, due = 0, turns, reason, lease } = known;
  if (turns > 0 || reason || lease) return true;
  return isTime(began, due, now);
}

/** An order, and how to note that it has been sent. */
interface Ordered {
  readonly order: FileOrder;
  readonly noted: () => Promise<void>;
}

/** What a poll sees of a full export: a file of it, and when the last of its files came to its end that may complete it. */
interface Seen {
  readonly name: string;
  readonly stem: string;
  readonly ended: number;
}

/** The full exports that files belong to, by where their ends are kept. */
function exportsOf(
  { name: source, namingOf }: FileSource,
  entries: readonly FileEntry[],
  known: ReadonlyMap<string, Page<FileProgress>>,
): ReadonlyMap<string, Seen> {
  const seen = new Map<string, Seen>();
  for (const entry of entries) {
    const { stem, audience } = namingOf(entry.name);
    const id = closingId(source, stem, audience);
    const file = known.get(progressId(source, entry))?.value;
    const ended = file && mayClose(file) ? (file.ended ?? 0) : 0;
    seen.set(id, { name: entry.name, stem, ended: Math.max(ended, seen.get(id)?.ended ?? 0) });
  }
  return seen;
}

/** Whether the end of a full export began to be worked on and has not been heard of for long. */
function isStuck(closing: Closing, now: number): boolean {
  const { stage, parts, reason, lease, began, due = 0 } = closing;
  if ((stage !== 'comparing' && stage !== 'exits') || !isLost(closing, now)) return false;
  if (parts.length > 0 || reason || lease) return true;
  return isTime(began, due, now);
}

/** Whether a file has ended since anybody was done with the end of its export, and the order to look at it again has got lost. */
function isMissed(closing: Closing | undefined, ended: number, stableMs: number, now: number): boolean {
  if (ended <= (closing?.ended ?? 0) || now <= ended + stableMs + LEASE_MS) return false;
  if (!closing) return true;
  const { stage, due = 0 } = closing;
  if (stage === 'comparing' || stage === 'exits') return false;
  return isLost(closing, now) && isTime(ended, due, now);
}

/** Ends of full exports to which nobody is on the way any more. */
async function lostClosings(
  from: FileSource,
  entries: readonly FileEntry[],
  files: ReadonlyMap<string, Page<FileProgress>>,
  pages: Pages<Closing>,
  now: number,
): Promise<readonly Ordered[]> {
  if (!from.snapshot) return [];
  const source = from.name;
  const seen = exportsOf(from, entries, files);
  const known = await pages.readAll([...seen.keys()]);
  return [...seen].flatMap(([id, { name, stem, ended }]): Ordered[] => {
    const page = known.get(id) ?? { value: undefined, version: undefined };
    const { value } = page;
    if (!(value && isStuck(value, now)) && !isMissed(value, ended, from.stableMs, now)) return [];
    const fresh = freshClosing(source, name, stem, now);
    return [{ order: { work: 'close', source, name }, noted: () => note(pages, id, page, now, fresh) }];
  });
}

async function pollSome(
  from: FileSource,
  entries: readonly FileEntry[],
  { progress, closing }: PolledPages,
  { queue, clock }: Pick<IntakeDeps, 'queue' | 'clock'>,
): Promise<number> {
  const source = from.name;
  const known = await progress.readAll(entries.map((entry) => progressId(source, entry)));
  const now = clock.now();
  const files = entries.flatMap((entry): Ordered[] => {
    const id = progressId(source, entry);
    const page = known.get(id) ?? { value: undefined, version: undefined };
    if (!isForgotten(page.value, now)) return [];
    const fresh = progressOf(from, entry, now);
    const order: FileOrder = { work: 'rows', source, name: entry.name };
    return [{ order, noted: () => note(progress, id, page, now, fresh) }];
  });
  const ordered = [...files, ...(await lostClosings(from, entries, known, closing, now))];
  await sendOrders(
    queue,
    ordered.map(({ order }) => order),
  );
  // Only then: an order that was noted and not sent would be missed for long.
  await Promise.all(ordered.map(({ noted }) => noted()));
  return ordered.length;
}

async function pollSource(
  source: FileSource,
  pages: PolledPages,
  { sources, ...deps }: Pick<IntakeDeps, 'sources' | 'queue' | 'clock'>,
): Promise<{ seen: number; ordered: number; unmatched: number }> {
  const place = await source.place();
  const counts = { seen: 0, ordered: 0 };
  const strangers = strangersIn(source, [...sources.values()]);
  let some: FileEntry[] = [];
  const flush = async (): Promise<void> => {
    counts.seen += some.length;
    counts.ordered += await pollSome(source, some, pages, deps);
    some = [];
  };
  for await (const entry of place.list()) {
    if (source.roleOf(entry.name) !== 'data') {
      strangers.see(entry.name);
      continue;
    }
    some.push(entry);
    if (some.length >= AT_ONCE) await flush();
  }
  if (some.length > 0) await flush();
  return { ...counts, unmatched: strangers.seen().count };
}

/**
 * Looks through every place for files nobody has been sent to: those whose stores tell no news, and those whose news got
 * lost. A place that does not answer is told of in the log, and the others are looked through all the same.
 */
export async function pollSources(
  pages: PolledPages,
  { sources, queue, clock, log }: Pick<IntakeDeps, 'sources' | 'queue' | 'clock' | 'log'>,
): Promise<void> {
  for (const source of sources.values()) {
    try {
      const counts = await pollSource(source, pages, { sources, queue, clock });
      log.write('info', 'file.poll', { source: source.name, ...counts });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const { code, message } = error;
      log.write('error', 'file.poll-failed', { source: source.name, code, why: message });
    }
  }
}
