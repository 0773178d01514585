import { Fault, ok } from '../../core/fault.js';
import type { FileEntry, TableRow } from '../ports.js';
import { comeBack, isVerdict, patienceOf, reasonOf, tellWaits } from './come-back.js';
import { changeFamily, completeAt, familyId, rollOf, withRoll } from './family.js';
import { type FileTurn, finish, mayClose, orderClosing } from './file-end.js';
import { giveBack } from './hold.js';
import { noteBegun } from './index-page.js';
import { lateBy } from './late.js';
import { sendOrders } from './order.js';
import type { FileProgress } from './progress.js';
import { readThrough } from './reading.js';
import { messageOf, runRows } from './rows.js';
import type { Completeness, RowReader } from './source.js';
import { hasOthers, standingNow } from './standing-now.js';
import { tooOld } from './too-old.js';

/** An invocation that took so long should have moved something, milliseconds. */
const LONG_MS = 60_000;

type Unwhole = Extract<Completeness, { whole: false }>;

/** Puts the file back into the queue. */
async function back(turn: FileTurn, more: Partial<FileProgress>, afterMs: number): Promise<void> {
  const { hold, order, deps, since } = turn;
  const { value } = hold;
  const worked = value.worked + deps.clock.now() - since;
  await comeBack(hold, { ...value, reason: undefined, ...more, worked }, order, afterMs, deps);
}

/** Puts it back for longer each time, because something outside keeps it from moving on. */
const backLater = (turn: FileTurn, fault: Fault | undefined): Promise<void> => {
  const { idle } = turn.hold.value;
  tellWaits(turn.order, { idle }, fault, turn.deps);
  return back(turn, { idle: idle + 1, reason: fault && reasonOf(fault) }, patienceOf(idle));
};

const isLong = ({ deps, since }: FileTurn): boolean => deps.clock.now() - since >= LONG_MS;

/** Puts back what is not whole yet. That is how files come, so the log hears of it only when it goes on. */
function backYoung(turn: FileTurn, { why, afterMs }: Unwhole): Promise<void> {
  const { idle } = turn.hold.value;
  // Whoever comes next may be another process, and have to read as much as this one to find out.
  if (afterMs === 0 && isLong(turn)) return backLater(turn, why);
  if (idle > 0) tellWaits(turn.order, { idle }, why, turn.deps);
  return back(turn, { idle: idle + 1, reason: reasonOf(why) }, afterMs);
}

/** Puts it back to go on at once; later, when a long invocation has not even come to the next row. */
function goOn(turn: FileTurn, before: FileProgress): Promise<void> {
  const { next, name, stage } = turn.hold.value;
  const hasMoved = next > before.next || stage !== before.stage;
  if (hasMoved || !isLong(turn)) return back(turn, {}, 0);
  const text = `${name}: one invocation was not enough to come to row ${next}; have it exported in smaller files`;
  return backLater(turn, new Fault('run.deadline', text));
}

/**
 * Makes a full export known before its rows act. `old`: a newer one is complete, so that it has nothing to say; `now`: others were there
 * before, and its rows count as of its own time; `full`: the store has no room for it beside them.
 */
async function enroll({ hold, source, pages }: FileTurn): Promise<'old' | 'now' | 'alone' | 'full'> {
  if (!source.snapshot) return 'alone';
  const { value } = hold;
  const roll = rollOf(value, source.namingOf(value.name).stem);
  const isOld = (newest: number | undefined): boolean => newest !== undefined && newest > value.time;
  const family = await changeFamily(pages.family, familyId(value), (known) =>
    isOld(completeAt(known)) ? known : withRoll(known, roll),
  ).catch(fullOr);
  if (family === 'full') return family;
  if (!family) throw new Fault('store.contended', `too many files of ${source.name} begin at once`);
  if (isOld(completeAt(family))) return 'old';
  return hasOthers(family, roll.stem) ? 'now' : 'alone';
}

function fullOr(error: unknown): 'full' {
  if (error instanceof Fault && error.code === 'store.too-large') return 'full';
  throw error;
}

const noRoomFor = ({ name }: FileEntry, source: string): Fault =>
  new Fault(
    'store.too-large',
    `the full exports of "${source}" that are not compared yet have too many parts or people for an item of the store; see to those that wait (tributary files list), then: tributary files retry ${name}; or have them written in fewer parts`,
  );

/** Rows of a full export, as of its time. */
const standingRows =
  ({ bodyOf }: RowReader, at: number): RowReader['bodyOf'] =>
  (row) => {
    const body = bodyOf(row);
    return body.ok ? ok(standingNow(body.value, at)) : body;
  };

const overtaken = ({ name }: FileEntry): Fault =>
  new Fault('file.overtaken', `${name} is older than a full export of the same audience that is complete`);

/** How far the time of a full export may be ahead of our clock, milliseconds: zones are confused by hours. */
const MOST_AHEAD_MS = 86_400_000;

/** A full export of next year would silence every other one until then. */
function demandPast({ name, time }: FileProgress, now: number): void {
  if (time <= now + MOST_AHEAD_MS) return;
  const text = `${name} is of ${new Date(time).toISOString()}, more than a day ahead of the clock here, and a full export: every other one until then would count as older; have it written again with its true time in its name, or correct the clock of the place`;
  throw new Fault('file.refused', text);
}

async function runTurn(turn: FileTurn): Promise<void> {
  const { source, place, entry, hold, pages, deps, limits } = turn;
  if (source.snapshot) demandPast(hold.value, deps.clock.now());
  if (hold.value.turns === 0) await noteBegun(pages.index, hold.value);
  const { turns, reason } = hold.value;
  // It is whole now: what else keeps it waiting is told at once again.
  const idle = reason?.code === 'file.incomplete' ? 0 : hold.value.idle;
  await hold.save({ ...hold.value, turns: turns + 1, idle });
  const before = hold.value;
  const table = await source.open(place.bytes(entry));
  const reader = await source.reader(table, entry, hold.value.time);
  if (!reader.ok) throw reader.fault;
  if (hold.value.stage === 'reading') {
    const isWhole = await readThrough(hold, table, { source, reader: reader.value }, deps, limits);
    if (!isWhole) return goOn(turn, before);
  }
  const enrolled = await enroll(turn);
  if (enrolled === 'old') return finish(turn, 'overtaken', overtaken(entry));
  if (enrolled === 'full') return refuse(turn, noRoomFor(entry, source.name));
  const own = reader.value;
  const rows = enrolled === 'now' ? { ...own, bodyOf: standingRows(own, hold.value.time) } : own;
  const toMessage = (row: TableRow) => messageOf(row, rows, hold.value);
  const end = await runRows(hold, table, toMessage, deps, limits);
  if (end.kind === 'more') return goOn(turn, before);
  if (end.kind === 'held') return backLater(turn, end.fault);
  await finish(turn, 'done');
  await orderClosing(turn);
  // Rewritten since it was read: announced or not, the new content is a file of its own.
  const now = await place.stat(entry.name);
  if (now && now.version !== entry.version) await sendOrders(deps.queue, [turn.order]);
}

/** None of its rows acts. */
async function refuse(turn: FileTurn, fault: Fault): Promise<void> {
  await finish(turn, 'refused', fault);
  // The others of a full export have waited for it, and somebody must hear that they wait in vain.
  if (mayClose(turn.hold.value)) await orderClosing(turn);
}

/** That nobody can read now what was read to its end before is no fault of the file: it was the key or the rules that changed. */
const readBefore = ({ code, message }: Fault): Fault =>
  new Fault(
    code,
    `${message}; it has been read to its end before, so it is not refused but waits: put back what has changed since, the key of "decrypt" (the new one may stand beside it), "person" or its entry in "files"`,
  );

/** What a fault means for a file: it waits, has become another file, or is refused as a whole. */
async function failed(turn: FileTurn, fault: Fault): Promise<void> {
  const { order, deps } = turn;
  if (fault.code === 'file.changed') {
    await finish(turn, 'changed', fault);
    return sendOrders(deps.queue, [order]);
  }
  const isRead = turn.hold.value.stage !== 'reading';
  if (isRead) return backLater(turn, isVerdict(fault) ? readBefore(fault) : fault);
  // That more is to be kept of it than fits does not change while it waits.
  const isTooMuch = fault.code === 'store.too-large';
  if (!isVerdict(fault) && !isTooMuch) return backLater(turn, fault);
  await refuse(turn, fault);
}

/** Works on a file that is ours for now, until it is done, time is up, or something holds it. */
export async function takeTurn(turn: FileTurn): Promise<void> {
  const { source, entry, place, hold, deps } = turn;
  try {
    const old = hold.value.turns === 0 ? tooOld(entry, deps) : undefined;
    if (old) throw old;
    if (hold.value.stage === 'reading') {
      const isLate = lateBy(deps.clock, turn.limits);
      const whole = await source.completeness(entry, place, deps.clock.now(), isLate);
      if (!whole.whole) return await backYoung(turn, whole);
    }
    await runTurn(turn);
  } catch (error) {
    if (!(error instanceof Fault)) return await giveBack(hold, error);
    await failed(turn, error);
  }
}
