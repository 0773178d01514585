import { Fault } from '../../core/fault.js';
import type { FileEntry, FilePlace } from '../ports.js';
import { isVerdict, patienceOf } from './come-back.js';
import type { IntakeDeps, Limits } from './deps.js';
import { mayClose, orderClosing } from './file-end.js';
import { takeTurn } from './file-turn.js';
import { Lost, takeHold } from './hold.js';
import { type FileOrder, sendOrders } from './order.js';
import { type IntakePages, intakePages } from './pages.js';
import { isOver, progressId, progressOf } from './progress.js';
import type { FileSource } from './source.js';

/**
 * Works on one order of the files queue. When it resolves the message may be forgotten: whatever is left to do has an order
 * of its own in the queue. Throws when that could not be put there; then the platform must show the message again.
 */
export type FileWork = (order: FileOrder, limits: Limits) => Promise<void>;

/** A place that does not answer is asked again after so long, milliseconds. */
const UNREACHED_MS = 60_000;

/** Files of one manifest that are ordered; a poll finds the others. */
const MOST_LISTED = 10_000;
/** Files that the place is asked about at once. */
const STATS_AT_ONCE = 16;

interface Job {
  readonly order: FileOrder;
  readonly source: FileSource;
  readonly place: FilePlace;
  readonly entry: FileEntry;
}

async function workRows(job: Job, pages: IntakePages, deps: IntakeDeps, limits: Limits): Promise<void> {
  const { order, source, place, entry } = job;
  const id = progressId(source.name, entry);
  const known = (await pages.progress.read(id)).value;
  if (known && isOver(known)) {
    if (mayClose(known)) await orderClosing({ order, source, deps });
    return;
  }
  const since = deps.clock.now();
  const fresh = () => progressOf(source, entry, since);
  const taken = await takeHold(pages.progress, id, fresh, { by: deps.newId(), now: deps.clock.now });
  if (taken.kind === 'busy') return sendOrders(deps.queue, [order], taken.afterMs);
  const { hold } = taken;
  // Somebody else may have come to the end of it since it was looked at.
  if (isOver(hold.value)) return hold.release(hold.value);
  await takeTurn({ order, source, place, entry, hold, pages, deps, since, limits });
}

/** What a manifest lists; nothing of one that is none, for it stays so however often it is looked at. Its being written anew is news. */
async function listedBy({ source, place, entry }: Job, { log }: IntakeDeps): Promise<readonly string[]> {
  try {
    return await source.listedIn(entry, place);
  } catch (error) {
    if (!(error instanceof Fault) || !isVerdict(error)) throw error;
    const { code, message } = error;
    log.write('warn', 'file.manifest-unread', { source: source.name, file: entry.name, code, why: message });
    return [];
  }
}

/** Sends orders for files that a manifest lists: those that are there, and exports. Others are found when they come. */
async function orderListed(job: Job, deps: IntakeDeps): Promise<void> {
  const { order, source, place, entry } = job;
  const { queue, log } = deps;
  const listed = new Set(await listedBy(job, deps));
  const names = [...listed].filter((name) => source.roleOf(name) === 'data');
  if (names.length > MOST_LISTED)
    log.write('warn', 'file.manifest-long', { source: source.name, file: entry.name, files: names.length });
  for (let from = 0; from < Math.min(names.length, MOST_LISTED); from += STATS_AT_ONCE) {
    const some = names.slice(from, Math.min(from + STATS_AT_ONCE, MOST_LISTED));
    const found = await Promise.all(some.map((name) => place.stat(name)));
    const there = found.flatMap((file) => (file ? [{ ...order, name: file.name }] : []));
    await sendOrders(queue, there);
  }
}

async function work(order: FileOrder, pages: IntakePages, deps: IntakeDeps, limits: Limits): Promise<void> {
  const source = deps.sources.get(order.source);
  if (!source) {
    deps.log.write('warn', 'file.unknown-source', { source: order.source, file: order.name });
    return;
  }
  if (order.work === 'close') {
    // Only ends of full exports need it: what every cold start reads stays small.
    const { workClosing } = await import('./close.js');
    return workClosing(order, source, pages, deps, limits);
  }
  const place = await source.place();
  const entry = await place.stat(order.name);
  if (!entry) {
    deps.log.write('warn', 'file.gone', { source: order.source, file: order.name });
    return;
  }
  const role = source.roleOf(entry.name);
  if (role === 'data') return workRows({ order, source, place, entry }, pages, deps, limits);
  if (role === 'none') return;
  await orderListed({ order, source, place, entry }, deps);
}

/** The worker of the files queue. */
export function createFileWork(deps: IntakeDeps): FileWork {
  const pages = intakePages(deps);
  return async (order, limits) => {
    try {
      await work(order, pages, deps, limits);
    } catch (error) {
      // What was begun is taken up by whoever has taken over, or once the lease has run out.
      if (error instanceof Lost) return sendOrders(deps.queue, [order], patienceOf(0));
      if (!(error instanceof Fault) || isVerdict(error)) throw error;
      const { code, message } = error;
      deps.log.write('warn', 'file.waits', { source: order.source, file: order.name, code, why: message });
      await sendOrders(deps.queue, [order], UNREACHED_MS);
    }
  };
}
