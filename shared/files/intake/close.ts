import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Fault } from '../../core/fault.js';
import type { Message } from '../../core/ports.js';
import type { TableRow } from '../ports.js';
import { type Closing, closingId, closingReport, freshClosing, withoutExits } from './closing.js';
import { comeBack, isVerdict, patienceOf, reasonOf, tellWaits } from './come-back.js';
import { type Case, compared, demandAllParts, familyIdOf, isSettled, presentNow } from './comparing.js';
import type { IntakeDeps, Limits } from './deps.js';
import { exitsTable, familyAfter, hasUncompared } from './exports.js';
import { changeFamily, type Family } from './family.js';
import { giveBack, type Hold, Lost, takeHold } from './hold.js';
import { type FileOrder, sendOrders } from './order.js';
import type { IntakePages } from './pages.js';
import { exitBody, presenceOf } from './presence.js';
import { reportBytes, reportName } from './report.js';
import { runRows } from './rows.js';
import type { FileSource } from './source.js';
import { tidyAfter } from './tidy.js';

/** The record that says that somebody has left. */
const messageOf =
  ({ time, name, parts }: Closing) =>
  ({ cells }: TableRow): Message => {
    // Rows of exitsTable, which cannot be bad.
    const line = cells.ok ? String(cells.value['line']) : '';
    const presence = presenceOf(line);
    const id = createHash('sha256').update(`${parts.join()} ${presence.pair}`).digest('hex').slice(0, 32);
    // Just before the export: whoever turns up in a further part of it, or is in one of its files after all, is in it.
    const at = time - 1;
    return { id: `exit/${id}`, body: exitBody(presence, at), at, source: `file:${name}` };
  };

async function finish(hold: Hold<Closing>, value: Closing, work: Case, since: number) {
  const { place, deps } = work;
  const { log, clock } = deps;
  // Whoever has lost the lease learns it before the report of the next holder is written over.
  await hold.save(hold.value);
  const now = clock.now();
  const ended = { ...value, ended: now, worked: value.worked + now - since };
  const report = closingReport(ended);
  try {
    await place.put(reportName(`${value.stem}.export`), reportBytes(report));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    log.write('warn', 'file.report-unwritten', { code: error.code, why: error.message });
  }
  await hold.save(ended);
  const { result, why, source, exits, membersBefore, endings } = report;
  log.write(value.stage === 'done' ? 'info' : 'warn', 'file.export', {
    source,
    export: value.stem,
    result,
    why,
    membersBefore,
    exits,
    endings,
  });
  // As long as the lease is ours nobody else compares, and writes what would be taken for needless.
  await tidyAfter(ended, work);
  await hold.release(ended);
}

/** The same end, to be compared anew; what somebody has agreed to holds, and not for more than that. */
const again = ({ source, name, stem, time, parts, accepted, agreed, began }: Closing): Closing => ({
  ...freshClosing(source, name, stem, began),
  time,
  parts,
  accepted,
  agreed,
});

/** Everything after the comparison: the exits, then the end, unless an older export has begun meanwhile. */
async function carryOut(hold: Hold<Closing>, work: Case, limits: Limits, since: number): Promise<void> {
  const { order, deps, pages } = work;
  const end = await runRows(hold, exitsTable(hold.value, deps), messageOf(hold.value), deps, limits);
  const { value } = hold;
  const worked = value.worked + deps.clock.now() - since;
  if (end.kind === 'more') return comeBack(hold, { ...value, worked }, order, 0, deps);
  if (end.kind === 'held') {
    const idle = value.idle + 1;
    tellWaits(order, value, end.fault, deps);
    const reason = end.fault && reasonOf(end.fault);
    return comeBack(hold, { ...value, worked, idle, reason }, order, patienceOf(value.idle), deps);
  }
  const family = await changeFamily(pages.family, familyIdOf(work), (known) => familyAfter(known, value));
  if (!family)
    throw new Fault('store.contended', `too many files of ${value.source} begin while ${value.stem} ends`);
  if (hasUncompared(family, value)) return comeBack(hold, { ...again(value), worked }, order, 0, deps);
  await finish(hold, { ...value, stage: 'done', reason: undefined }, work, since);
}

const readFamily = async (work: Case): Promise<Family> =>
  (await work.pages.family.read(familyIdOf(work))).value ?? { rolls: [] };

async function turn(hold: Hold<Closing>, work: Case, limits: Limits, since: number): Promise<void> {
  const family = await readFamily(work);
  try {
    await turnWith(family, hold, work, limits, since);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'store.format') throw error;
    if (isDeepStrictEqual(await readFamily(work), family)) throw error;
    // What is gone belongs to an export that another one has made needless meanwhile.
    const text = `the exports that ${hold.value.stem} is compared with have changed meanwhile; it is compared again`;
    throw new Fault('store.contended', text, { cause: error });
  }
}

/** Of an export of which nothing is kept: compared once it has been overtaken, by what removed it. */
async function moot(hold: Hold<Closing>, work: Case, since: number): Promise<void> {
  const { value } = hold;
  // Nor was it ever compared: it was read before its entry had `snapshot`, or is as good as overtaken.
  if (value.parts.length === 0)
    return hold.release({ ...value, stage: 'overtaken', reason: undefined, ended: work.deps.clock.now() });
  await finish(hold, { ...value, stage: 'overtaken', reason: undefined }, work, since);
}

async function turnWith(
  family: Family,
  hold: Hold<Closing>,
  work: Case,
  limits: Limits,
  since: number,
): Promise<void> {
  const now = await presentNow(work, family);
  // Its last file sends an order of its own when it has come to its end.
  if (!now) return hold.release(hold.value);
  if (isSettled(hold.value, now)) {
    // Whoever brought it to its end may have died before everything was tidied up.
    await tidyAfter(hold.value, work);
    return hold.release(hold.value);
  }
  if (now.rolls.length === 0) return moot(hold, work, since);
  await demandAllParts(work, now, limits);
  const value = await compared(hold, family, now.rolls, work, limits);
  if (value.stage === 'comparing') {
    const worked = value.worked + work.deps.clock.now() - since;
    return comeBack(hold, { ...value, worked, idle: 0, reason: undefined }, work.order, 0, work.deps);
  }
  if (value === hold.value && value.stage !== 'exits') return hold.release(value);
  if (value.stage !== 'exits') return finish(hold, value, work, since);
  // They act again, whatever they have waited for.
  await hold.save({ ...value, reason: undefined });
  await carryOut(hold, work, limits, since);
}

/**
 * Works on the end of a full export: once all its files are done, whoever was a member in an earlier export and is in none
 * of its files has left. Nothing happens while a file is missing, when a newer export is complete, or when so many are
 * missing that somebody has to agree first.
 */
export async function workClosing(
  order: FileOrder,
  source: FileSource,
  pages: IntakePages,
  deps: IntakeDeps,
  limits: Limits,
): Promise<void> {
  const { snapshot } = source;
  if (!snapshot) return;
  const since = deps.clock.now();
  const place = await source.place();
  const { stem, audience } = source.namingOf(order.name);
  const taken = await takeHold(
    pages.closing,
    closingId(source.name, stem, audience),
    () => freshClosing(source.name, order.name, stem, since),
    { by: deps.newId(), now: deps.clock.now },
  );
  if (taken.kind === 'busy') return sendOrders(deps.queue, [order], taken.afterMs);
  const { hold } = taken;
  const work: Case = { order, source: { ...source, snapshot }, place, audience, pages, deps };
  try {
    await turn(hold, work, limits, since);
  } catch (error) {
    if (error instanceof Lost) return sendOrders(deps.queue, [order], patienceOf(0));
    if (!(error instanceof Fault)) return giveBack(hold, error);
    const { value } = hold;
    const next = { ...value, reason: reasonOf(error), idle: value.idle + 1 };
    if (!isVerdict(error)) {
      tellWaits(order, value, error, deps);
      return comeBack(hold, next, order, patienceOf(value.idle), deps);
    }
    await finish(hold, { ...withoutExits(next), stage: 'waiting', comparison: undefined }, work, since);
  }
}
