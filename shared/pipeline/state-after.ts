import { owing } from '../core/owed.js';
import type { PlannedAction } from '../core/plan.js';
import type { Operation, Outcome } from '../core/remote.js';
import type { PersonState } from '../core/state.js';
import { forget, isSent, maybeSent, remembered, type WrittenFields } from '../core/suppress.js';
import { settledValues } from '../core/values.js';
import type { Attempt } from './attempt.js';
import { judgements, spent } from './doubt.js';

/** What an answer lets us remember of a row: what was sent, what was known before, or nothing. */
type Memory = 'sent' | 'before' | 'none';

function memoryOf(outcome: Outcome, operation: Operation): Memory {
  if (outcome.kind === 'accepted') return 'sent';
  if (outcome.kind !== 'absent') return 'before';
  // To be rid of what is not there was the wish; of what should be updated but is not there, nothing is known any more.
  return operation === 'delete' || operation === 'remove' ? 'sent' : 'none';
}

/** What each target holds now; targets nothing was sent to may still move the time of a constant. */
function writtenAfter(
  { state, draft, lane, work, bygones }: Attempt,
  settled: boolean,
): PersonState['written'] {
  const newest = Math.max(...work.entries.map(({ message }) => message.at));
  // Who owes something may have begun it long ago: then it must still be known what was sent.
  const known = state.owed.length > 0 ? state.written : remembered(state.written, newest * 1000);
  const written = new Map<string, WrittenFields>(known);
  for (const [target, fields] of draft.written)
    if (settled && !lane.outcomes.has(target)) written.set(target, fields);
  // A letter that names them is written: the doubt ends when what was sent would be forgotten.
  for (const { target, isOpen } of bygones)
    if (settled && isOpen) written.set(target, maybeSent(newest * 1000));
  for (const { target, operation } of lane.actions) {
    const outcome = lane.outcomes.get(target);
    const memory = outcome ? memoryOf(outcome, operation) : 'before';
    const fields = draft.written.get(target);
    if (memory === 'none') written.delete(target);
    else if (memory === 'sent' && fields) written.set(target, fields);
    // There is a letter about it: the doubt ends when what was sent would be forgotten.
    else if (settled && outcome?.kind === 'rejected' && outcome.doubtful && operation === 'send' && fields)
      written.set(target, forget(fields) ?? fields);
  }
  return written;
}

/**
 * Whether the target may hold something else than before, though nobody can tell. Of a `send` a target that puts it off
 * says that it was not done (where it may have been, there is no answer): it must not end as one that was.
 */
function isDoubtful(outcome: Outcome, operation: Operation): boolean {
  if (outcome.kind === 'rejected') return outcome.doubtful === true;
  if (outcome.kind === 'retry')
    return operation === 'send' ? outcome.doubtful === true : outcome.unsent !== true;
  return outcome.kind === 'unknown';
}

const NOTHING: WrittenFields = new Map();

/** Places on lists that a row had (`connection/object#list/field=value`): with it they are gone. */
function placesOf({ connection, object, target }: PlannedAction, written: PersonState['written']): string[] {
  const row = `${connection}/${object}`;
  const address = target.slice(row.length);
  return [...written.keys()].filter((place) => place.startsWith(`${row}#`) && place.endsWith(address));
}

/** Nobody needs to judge any more. */
function certain(unsure: Set<string>, target: string): void {
  unsure.delete(target);
  for (const mark of unsure) if (mark.startsWith(judgements(target))) unsure.delete(mark);
}

/** Only an acceptance makes a target certain, or its absence; an attempt that failed may have been carried out all the same. */
function unsureAfter(
  { state, lane, judged, bygones }: Attempt,
  written: PersonState['written'],
  settled: boolean,
): Set<string> {
  const isOver = (target: string): boolean =>
    isSent(state.written.get(target) ?? NOTHING) && !written.has(target);
  const unsure = new Set(state.unsure);
  for (const target of state.unsure) if (isOver(target)) certain(unsure, target);
  // What could be sent again without harm, and will not be, leaves nothing to judge.
  for (const { target, isOpen } of bygones) if (settled && !isOpen) unsure.delete(target);
  for (const [target, at] of judged) unsure.add(spent(target, at));
  for (const action of lane.actions) {
    const { target, operation } = action;
    const outcome = lane.outcomes.get(target);
    if (outcome?.kind === 'accepted' || outcome?.kind === 'absent') certain(unsure, target);
    else if (outcome && isDoubtful(outcome, operation)) unsure.add(target);
    if (operation === 'delete' && outcome && memoryOf(outcome, operation) === 'sent')
      for (const place of placesOf(action, written)) unsure.add(place);
  }
  return unsure;
}

/** When each target accepted last; things that happen once are remembered in another way. */
function acceptedAfter(
  { state, lane }: Attempt,
  written: PersonState['written'],
  now: number,
): PersonState['accepted'] {
  const accepted = new Map([...state.accepted].filter(([target]) => written.has(target)));
  for (const { target, operation } of lane.actions) {
    const outcome = lane.outcomes.get(target);
    if (operation !== 'send' && outcome && memoryOf(outcome, operation) === 'sent') accepted.set(target, now);
  }
  return accepted;
}

/**
 * The view while not every action has been answered for good: the edges it came by are owed, and the values that make
 * edges wait for the records to come again.
 */
export function unsettled({ state, draft }: Attempt): PersonState {
  const made = draft.verdicts.flatMap(({ edges }) => edges);
  return { ...owing(draft.view, made), values: settledValues(state, draft.view) };
}

/**
 * The state to store after delivery. What a target has accepted is remembered in any case, so that a redelivery
 * repeats nothing. The lease is given back. `now` in epoch milliseconds.
 */
export function stateAfter(one: Attempt, settled: boolean, now: number): PersonState {
  const view = settled ? one.draft.view : unsettled(one);
  const written = writtenAfter(one, settled);
  const accepted = acceptedAfter(one, written, now);
  return { ...view, written, accepted, unsure: unsureAfter(one, written, settled), claim: undefined };
}

/** Whether there is anything to store. */
export const isChanged = ({ state, draft, lane, learned, bygones }: Attempt): boolean =>
  learned || bygones.length > 0 || lane.actions.length > 0 || draft.view !== state || draft.written.size > 0;
