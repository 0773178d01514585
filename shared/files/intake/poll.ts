import { Fault } from '../../core/fault.js';
import type { FileEntry } from '../ports.js';
import type { IntakeDeps } from './deps.js';
import { type FileOrder, sendOrders } from './order.js';
import type { Pages } from './page.js';
import { type FileProgress, isOver, progressId } from './progress.js';
import type { FileSource } from './source.js';

/** Files asked about at once. */
const AT_ONCE = 100;
/** Whose order has not come back for so long has lost it, milliseconds. */
const LOST_MS = 3_600_000;

/** Whether somebody must be sent to a file: nobody has been, or whoever was has not been heard of for long. */
export function isForgotten(known: FileProgress | undefined, now: number): boolean {
  if (!known) return true;
  if (isOver(known)) return false;
  return now > Math.max(known.began, known.due ?? 0, known.lease?.until ?? 0) + LOST_MS;
}

async function pollSome(
  { name: source }: FileSource,
  entries: readonly FileEntry[],
  pages: Pages<FileProgress>,
  { queue, clock }: Pick<IntakeDeps, 'queue' | 'clock'>,
): Promise<number> {
  const known = await pages.readAll(entries.map((entry) => progressId(source, entry)));
  const now = clock.now();
  const orders = entries
    .filter((entry) => isForgotten(known.get(progressId(source, entry))?.value, now))
    .map(({ name }): FileOrder => ({ work: 'rows', source, name }));
  await sendOrders(queue, orders);
  return orders.length;
}

async function pollSource(
  source: FileSource,
  pages: Pages<FileProgress>,
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
  pages: Pages<FileProgress>,
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
