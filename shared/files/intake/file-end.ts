import { Fault } from '../../core/fault.js';
import type { FileEntry, FilePlace } from '../ports.js';
import { reasonOf } from './come-back.js';
import type { IntakeDeps, Limits } from './deps.js';
import { familyId, rollOf } from './family.js';
import type { Hold } from './hold.js';
import { type FileOrder, sendOrders } from './order.js';
import type { IntakePages } from './pages.js';
import type { FileProgress, Stage } from './progress.js';
import { segmentsFolder } from './reading.js';
import { reportBytes, reportName, reportOf } from './report.js';
import type { FileSource } from './source.js';
import { sweep } from './sweep.js';

/** One file, and all that working on it takes. */
export interface FileTurn {
  readonly order: FileOrder;
  readonly source: FileSource;
  readonly place: FilePlace;
  readonly entry: FileEntry;
  readonly hold: Hold<FileProgress>;
  readonly pages: IntakePages;
  readonly deps: IntakeDeps;
  /** When it was begun, epoch milliseconds. */
  readonly since: number;
  readonly limits: Limits;
}

/** Removes who was found in a file, but for what its full export is compared by. */
async function tidy({ hold, source, pages, deps }: FileTurn): Promise<void> {
  if (!source.snapshot) return;
  const { value } = hold;
  const family = (await pages.family.read(familyId(value))).value;
  const { id } = rollOf(value, '');
  await sweep(deps.objects, segmentsFolder(value), family?.rolls.find((roll) => roll.id === id)?.segments);
}

/** Nothing more is done for this file: the report first, then the page, then the line in the log. */
export async function finish(turn: FileTurn, stage: Stage, fault?: Fault): Promise<void> {
  const { hold, place, deps, since } = turn;
  // Whoever has lost the lease learns it before anything of the next holder's is gone or written over.
  await hold.save(hold.value);
  await tidy(turn);
  const { log, clock } = deps;
  const now = clock.now();
  const { value } = hold;
  const reason = fault && reasonOf(fault);
  // What its rows were called is needed no more, and may be what fills the page.
  const ended = {
    ...value,
    seen: [],
    stage,
    reason,
    ended: now,
    due: undefined,
    worked: value.worked + now - since,
  };
  const report = reportOf(ended);
  const name = reportName(value.name);
  try {
    // The report of a file that was worked long ago tells what became of it; that it has been forgotten is no news.
    const isTold = fault?.code === 'file.too-old' && (await place.stat(name)) !== undefined;
    if (!isTold) await place.put(name, reportBytes(report));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    log.write('warn', 'file.report-unwritten', { code: error.code, why: error.message });
  }
  await hold.release(ended);
  const { file, source, result, why, rows, endings, badRows, seconds, turns } = report;
  const isPast = stage === 'overtaken' || fault?.code === 'file.too-old';
  const level = isPast ? 'warn' : stage === 'refused' ? 'error' : 'info';
  log.write(level, 'file', { source, file, result, why, rows, endings, badRows, seconds, turns });
}

/** Whether a file that has ended so may be the last one that its full export has waited for. */
export const mayClose = ({ stage, reason }: Pick<FileProgress, 'stage' | 'reason'>): boolean =>
  stage === 'done' || (stage === 'refused' && reason?.code !== 'file.too-old');

/** A full export that is done, or refused, may be the last file of its export. */
export async function orderClosing({ order, source, deps }: Pick<FileTurn, 'order' | 'source' | 'deps'>) {
  if (!source.snapshot) return;
  await sendOrders(deps.queue, [{ ...order, work: 'close' }], source.stableMs);
}
