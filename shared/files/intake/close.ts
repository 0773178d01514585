import { createHash } from 'node:crypto';
import { Fault } from '../../core/fault.js';
import type { Message } from '../../core/ports.js';
import type { FilePlace, TableRow } from '../ports.js';
import { type Closing, closingId, closingReport, freshClosing } from './closing.js';
import { comeBack, patienceOf, reasonOf } from './come-back.js';
import type { IntakeDeps, Limits } from './deps.js';
import { compareRolls, exitsTable, familyAfter, forgetRolls, objectionTo, partsOf } from './exports.js';
import { changeFamily, completeAt, type Family, familyId, type Roll } from './family.js';
import { type Hold, Lost, takeHold } from './hold.js';
import { type FileOrder, sendOrders } from './order.js';
import type { IntakePages } from './pages.js';
import { exitBody, presenceOf } from './presence.js';
import { fileHash, isOver, progressId } from './progress.js';
import { reportBytes, reportName } from './report.js';
import { runRows } from './rows.js';
import type { FileSource } from './source.js';

/** The end of one full export, and all that working on it takes. */
interface Case {
  readonly order: FileOrder;
  readonly source: FileSource & { readonly snapshot: { readonly mostExits: number } };
  readonly place: FilePlace;
  readonly audience: string | undefined;
  readonly pages: IntakePages;
  readonly deps: IntakeDeps;
}

const familyIdOf = ({ source, audience }: Case): string => familyId({ source: source.name, audience });

/** The files of an export that act or have acted; undefined while one of them has not come to its end. */
async function rollsNow({ source, place, order, pages }: Case, family: Family): Promise<Roll[] | undefined> {
  const { stem } = source.namingOf(order.name);
  const entries = await partsOf(source, place, order.name);
  const known = await pages.progress.readAll(entries.map((entry) => progressId(source.name, entry)));
  const open = entries.some((entry) => {
    const progress = known.get(progressId(source.name, entry))?.value;
    return !progress || !isOver(progress);
  });
  if (open) return undefined;
  const refused = [...known.values()].find(({ value }) => value && value.stage !== 'done')?.value;
  if (refused) {
    const text = `${refused.name} belongs to the full export ${stem} and is ${refused.stage}; without it nobody can be said to be missing`;
    throw new Fault('file.exits', text);
  }
  const ids = new Set(entries.map(({ name, version }) => fileHash(source.name, name, version)));
  const there = new Set(entries.map(({ name }) => name));
  // Files that somebody has moved away since they were read belong to it all the same.
  return family.rolls.filter(
    (roll) => roll.stem === stem && (ids.has(roll.id) || (!roll.complete && !there.has(roll.name))),
  );
}

const idsOf = (rolls: readonly Roll[]): string[] => rolls.map(({ id }) => id).sort();

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((id, i) => id === other[i]);

/** Compares an export with those before it, unless that has been done for the same files. */
async function compared(value: Closing, family: Family, now: readonly Roll[], work: Case): Promise<Closing> {
  const { source, deps, audience } = work;
  const time = Math.max(...now.map((roll) => roll.time));
  const parts = idsOf(now);
  const newest = completeAt({ rolls: family.rolls.filter(({ id }) => !parts.includes(id)) });
  if (newest !== undefined && newest > time) return { ...value, time, parts, stage: 'overtaken' };
  const isKnown = isSame(parts, value.parts);
  if (isKnown && value.stage !== 'comparing' && value.stage !== 'waiting') return value;
  const before = family.rolls.filter((roll) => !parts.includes(roll.id) && roll.time <= time);
  const fresh = isKnown ? value : freshClosing(source.name, value.name, value.stem, deps.clock.now());
  const next: Closing = { ...fresh, lease: value.lease, accepted: value.accepted, time, parts };
  const { exits, turnover } = await compareRolls(next, { before, now }, deps, audience);
  const objection = isSame(parts, value.accepted)
    ? undefined
    : objectionTo(next, now, turnover, source.snapshot);
  const members = [...turnover.values()].reduce((sum, { was }) => sum + was, 0);
  return {
    ...next,
    before: idsOf(before),
    members,
    exits,
    stage: objection && exits.lines > 0 ? 'waiting' : 'exits',
    reason: objection && exits.lines > 0 ? reasonOf(objection) : undefined,
  };
}

/** The record that says that somebody has left. */
const messageOf =
  ({ time, name, parts }: Closing) =>
  ({ cells }: TableRow): Message => {
    // Rows of exitsTable, which cannot be bad.
    const line = cells.ok ? String(cells.value['line']) : '';
    const presence = presenceOf(line);
    const id = createHash('sha256').update(`${parts.join()} ${presence.pair}`).digest('hex').slice(0, 32);
    return { id: `exit/${id}`, body: exitBody(presence, time), at: time, source: `file:${name}` };
  };

async function finish(hold: Hold<Closing>, value: Closing, { place, deps }: Case, since: number) {
  const { log, clock } = deps;
  const now = clock.now();
  const ended = { ...value, ended: now, worked: value.worked + now - since };
  const report = closingReport(ended);
  try {
    await place.put(reportName(`${value.stem}.export`), reportBytes(report));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    log.write('warn', 'file.report-unwritten', { code: error.code, why: error.message });
  }
  await hold.release(ended);
  const { result, source, exits, membersBefore, endings } = report;
  log.write('info', 'file.export', { source, export: value.stem, result, membersBefore, exits, endings });
}

/** Everything after the comparison: the exits, then the end. */
async function carryOut(hold: Hold<Closing>, work: Case, limits: Limits, since: number): Promise<void> {
  const { order, deps, pages, audience } = work;
  const end = await runRows(
    hold,
    exitsTable(hold.value, deps, audience),
    messageOf(hold.value),
    deps,
    limits,
  );
  const { value } = hold;
  const worked = value.worked + deps.clock.now() - since;
  if (end.kind === 'more') return comeBack(hold, { ...value, worked }, order, 0, deps);
  if (end.kind === 'held') {
    const idle = value.idle + 1;
    const reason = end.fault && reasonOf(end.fault);
    return comeBack(hold, { ...value, worked, idle, reason }, order, patienceOf(value.idle), deps);
  }
  const id = familyIdOf(work);
  const known = (await pages.family.read(id)).value?.rolls ?? [];
  await changeFamily(pages.family, id, (family) => familyAfter(family, value));
  await finish(hold, { ...value, stage: 'done', reason: undefined }, work, since);
  await forgetRolls(
    known.filter((roll) => value.before.includes(roll.id)),
    deps,
  );
}

async function turn(hold: Hold<Closing>, work: Case, limits: Limits, since: number): Promise<void> {
  const { pages } = work;
  const family = (await pages.family.read(familyIdOf(work))).value ?? { rolls: [] };
  const now = await rollsNow(work, family);
  // Its last file sends an order of its own when it has come to its end.
  if (!now || now.length === 0) return hold.release(hold.value);
  const known = hold.value;
  const value = await compared(known, family, now, work);
  if (value === known && value.stage !== 'exits') return hold.release(value);
  if (value.stage !== 'exits') return finish(hold, value, work, since);
  await hold.save(value);
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
    if (!(error instanceof Fault)) throw error;
    const { value } = hold;
    const next = { ...value, reason: reasonOf(error), idle: value.idle + 1 };
    if (error.retryable) return comeBack(hold, next, order, patienceOf(value.idle), deps);
    await finish(hold, { ...next, stage: 'waiting' }, work, since);
  }
}
