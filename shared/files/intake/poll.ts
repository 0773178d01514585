import { Fault } from '../../core/fault.js';
import type { FileEntry } from '../ports.js';
import { type Closing, closingId } from './closing.js';
import type { IntakeDeps } from './deps.js';
import { type FileOrder, sendOrders } from './order.js';
import type { Pages } from './page.js';
import type { IntakePages } from './pages.js';
import { type FileProgress, isOver, progressId } from './progress.js';
import type { FileSource } from './source.js';

/** Files asked about at once. */
const AT_ONCE = 100;
/** Whose order has not come back for so long has lost it, milliseconds. */
const LOST_MS = 3_600_000;

/** The pages that a poll looks at. */
export type PolledPages = Pick<IntakePages, 'progress' | 'closing'>;

const isLost = ({ began, due, lease }: Pick<FileProgress, 'began' | 'due' | 'lease'>, now: number): boolean =>
  now > Math.max(began, due ?? 0, lease?.until ?? 0) + LOST_MS;

/** Whether somebody must be sent to a file: nobody has been, or whoever was has not been heard of for long. */
export function isForgotten(known: FileProgress | undefined, now: number): boolean {
  if (!known) return true;
  return !isOver(known) && isLost(known, now);
}

/** Ends of full exports that began to be worked on and have not been heard of for long. */
async function lostClosings(
  { name: source, namingOf, snapshot }: FileSource,
  entries: readonly FileEntry[],
  pages: Pages<Closing>,
  now: number,
): Promise<readonly FileOrder[]> {
  if (!snapshot) return [];
  const named = new Map(
    entries.map(({ name }) => {
      const { stem, audience } = namingOf(name);
      return [closingId(source, stem, audience), name];
    }),
  );
  const known = await pages.readAll([...named.keys()]);
  return [...named].flatMap(([id, name]): FileOrder[] => {
    const closing = known.get(id)?.value;
    const isOpen = closing?.stage === 'comparing' || closing?.stage === 'exits';
    return isOpen && isLost(closing, now) ? [{ work: 'close', source, name }] : [];
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
  const files = entries
    .filter((entry) => isForgotten(known.get(progressId(source, entry))?.value, now))
    .map(({ name }): FileOrder => ({ work: 'rows', source, name }));
  const orders = [...files, ...(await lostClosings(from, entries, closing, now))];
  await sendOrders(queue, orders);
  return orders.length;
}

async function pollSource(
  source: FileSource,
  pages: PolledPages,
  deps: Pick<IntakeDeps, 'queue' | 'clock'>,
): Promise<{ seen: number; ordered: number }> {
  const place = await source.place();
  const counts = { seen: 0, ordered: 0 };
  let some: FileEntry[] = [];
  const flush = async (): Promise<void> => {
    counts.seen += some.length;
    counts.ordered += await pollSome(source, some, pages, deps);
    some = [];
  };
  for await (const entry of place.list()) {
    if (source.roleOf(entry.name) !== 'data') continue;
    some.push(entry);
    if (some.length >= AT_ONCE) await flush();
  }
  if (some.length > 0) await flush();
  return counts;
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
      const { seen, ordered } = await pollSource(source, pages, { queue, clock });
      log.write('info', 'file.poll', { source: source.name, seen, ordered });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const { code, message } = error;
      log.write('error', 'file.poll-failed', { source: source.name, code, why: message });
    }
  }
}
