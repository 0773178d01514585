import { DELETED, LISTED } from './compiled.js';
import { fingerprint } from './fingerprint.js';
import type { PlannedAction, PlannedField } from './plan.js';
import type { Written } from './state.js';

/** What a target accepted, by field. */
export type WrittenFields = ReadonlyMap<string, Written>;

const NONE: WrittenFields = new Map();

/** The part of an action that still has to be written, and what the target will hold once it has accepted it. */
export interface Outstanding {
  /** False when the target holds every value already: nothing needs to be sent. */
  readonly changed: boolean;
  readonly fields: ReadonlyMap<string, PlannedField>;
  readonly written: WrittenFields;
}

/**
 * What an edge wrote gives way only to a newer edge (at the same instant, to the greater fingerprint), to a level's
 * constant that stands on a newer assertion, and to what follows the view.
 */
function isStale(field: PlannedField, hash: string, known: Written | undefined): boolean {
  if (known === undefined || known.at === 0) return false;
  if (field.at === 0) return field.since > 0 && known.at >= field.since;
  return known.at > field.at || (known.at === field.at && known.hash > hash);
}

const GONE = fingerprint(true);

/** Whether a row was deleted. */
export const isGone = (held: WrittenFields = NONE): boolean => held.get(DELETED)?.hash === GONE;

/** Whether an action takes its row away, or its place on a list. */
const takesAway = ({ operation }: PlannedAction): boolean => operation === 'delete' || operation === 'remove';

/**
 * Whether a newer word says otherwise of the row's being there, or of its place on the list: then the whole action is
 * void, because its other fields would make again what was taken away. `held`: what the target accepted, in doubt or not.
 */
export function isOverruled(action: PlannedAction, held: WrittenFields = NONE): boolean {
  for (const name of [DELETED, LISTED]) {
    const field = action.fields.get(name);
    const known = held.get(name);
    if (!field || !known) continue;
    const hash = fingerprint(field.value);
    const differs = known.hash !== '' && known.hash !== hash;
    if (isStale(field, hash, known) && (differs || takesAway(action))) return true;
  }
  return isGone(held) && !action.fields.has(DELETED);
}

/**
 * Compares an action with what its target last accepted. If any field differs, all of them are sent (the row may have
 * been deleted meanwhile and must be complete to be made again); stale constants are left out. `now` is the record's time,
 * epoch microseconds.
 */
export function outstanding(
  action: PlannedAction,
  accepted: WrittenFields | undefined,
  now: number,
): Outstanding {
  if (action.operation === 'send') return outstandingSend(action, accepted, now);
  const written = accepted ?? NONE;
  const fields = new Map<string, PlannedField>();
  // Of a row that is gone nothing is held any more: to come back it must be written whole.
  const next = new Map(takesAway(action) ? NONE : written);
  // A row without fields is to exist; that it was accepted once, with whatever, is all there is to know.
  let changed = action.fields.size === 0 && accepted === undefined;
  for (const [name, field] of action.fields) {
    const hash = fingerprint(field.value);
    const known = written.get(name);
    if (isStale(field, hash, known)) continue;
    fields.set(name, field);
    next.set(name, { hash, at: field.at });
    if (known?.hash !== hash) changed = true;
  }
  return { changed, fields, written: next };
}

/** Under this name a target of `send` remembers that it was accepted. */
const SENT = '$sent';

/** How long what was sent is remembered, microseconds: longer than any stream or retry queue can bring it again. */
const SENT_FOR = 90 * 86_400_000_000;

function outstandingSend(action: PlannedAction, accepted: WrittenFields = NONE, now: number): Outstanding {
  const hash = fingerprint(true);
  const changed = accepted.get(SENT)?.hash !== hash;
  return { changed, fields: action.fields, written: new Map([[SENT, { hash, at: now }]]) };
}

/** What is remembered of something that may have been sent, as of a time (epoch microseconds): for as long as if it had been. */
export const maybeSent = (at: number): WrittenFields => new Map([[SENT, { hash: '', at }]]);

/** Whether what is remembered is of something that is done once. */
export const isSent = (fields: WrittenFields): boolean => fields.has(SENT);

/** What is still to be remembered at an instant (epoch microseconds): things that were sent long ago cannot come again. */
export function remembered(
  written: ReadonlyMap<string, WrittenFields>,
  now: number,
): ReadonlyMap<string, WrittenFields> {
  const isOld = (fields: WrittenFields): boolean => {
    const sent = fields.get(SENT);
    return sent !== undefined && now - sent.at > SENT_FOR;
  };
  return [...written.values()].some(isOld)
    ? new Map([...written].filter(([, fields]) => !isOld(fields)))
    : written;
}

/**
 * The same fields with nothing taken as written: used when a send was begun and its answer never recorded. Of a row
 * without fields nothing is left, because that it was accepted is all there was to know.
 */
export function forget(written: WrittenFields = NONE): WrittenFields | undefined {
  if (written.size === 0) return undefined;
  return new Map([...written].map(([name, { at }]) => [name, { hash: '', at }]));
}

/** Whether two targets' fields hold the same values. */
export const sameValues = (a: WrittenFields = NONE, b: WrittenFields = NONE): boolean =>
  a.size === b.size && [...a].every(([name, { hash }]) => b.get(name)?.hash === hash);

/** Whether two targets' fields are the same, values and times. */
export const sameWritten = (a: WrittenFields = NONE, b: WrittenFields = NONE): boolean =>
  sameValues(a, b) && [...a].every(([name, { at }]) => b.get(name)?.at === at);
