import { toAction } from '../core/action.js';
import type { AuditAudience, AuditNote, AuditPlace } from '../core/audit.js';
import { canonical } from '../core/fingerprint.js';
import type { PlannedAction } from '../core/plan.js';
import type { Outcome } from '../core/remote.js';
import type { Attempt } from './attempt.js';
import {
  answerOf,
  audienceOf,
  audiencesOf,
  bounded,
  edgesOf,
  fieldsOf,
  MOST,
  messagesOf,
  mutedBy,
  type Noting,
  printsOf,
  rulesBehind,
} from './audit-facts.js';

/** Where it is written down what became of an action: with its row, or under its own name for what is done once. */
export function placeOf({ connection, object, key, once }: PlannedAction): AuditPlace {
  const [address = ''] = Object.values(key);
  return { kind: 'row', connection, object, key: once === undefined ? address : `!${once}` };
}

/** What is written down about one action of a person; nothing while there is no last word. */
function noteOf(action: PlannedAction, one: Attempt, noting: Noting): AuditNote | undefined {
  const outcome = one.lane.outcomes.get(action.target);
  const answer = outcome && answerOf(outcome, noting.values);
  if (!outcome || !answer) return undefined;
  const { connection, object, operation, list, key, causes, target } = action;
  const [match] = Object.keys(key);
  const muted = mutedBy(one);
  const behind = rulesBehind(causes, noting.rules);
  const entry = {
    at: noting.now,
    operation,
    place: `${connection}/${object}`,
    ...(list !== undefined && { list }),
    ...(match !== undefined && { match }),
    causes: [...causes],
    rules: behind.map(({ name }) => name),
    // An opt-out is of no rule: then what the person entered or left meanwhile is worth telling.
    audiences: [...(behind.length > 0 ? audiencesOf(behind, one) : movesOf(one))],
    messages: messagesOf(one, (i) => one.draft.verdicts[i]?.targets.includes(target) ?? false),
    fields: fieldsOf(action, one, noting),
    answer,
    ...(one.state.unsure.has(target) && { again: true as const }),
    ...(muted.length > 0 && { muted: [...muted] }),
  };
  return {
    place: placeOf(action),
    entry,
    persons: [{ id: one.work.id, name: noting.pseudonym(one.work.id) }],
    prints: printsOf(action, one),
    ...(outcome.kind === 'accepted' && outcome.id !== undefined && { remoteId: outcome.id }),
  };
}

/** Two notes about one send: persons who want the same of one row are served by one. */
function together(a: AuditNote, b: AuditNote): AuditNote {
  const messages = [...a.entry.messages, ...b.entry.messages].sort((x, y) => y.at - x.at);
  const causes = [...new Set([...a.entry.causes, ...b.entry.causes])];
  const rules = [...new Set([...a.entry.rules, ...b.entry.rules])];
  return { ...a, entry: { ...a.entry, messages, causes, rules }, persons: [...a.persons, ...b.persons] };
}

/** One note for each row that was answered for, though several persons wanted it. */
export function actionNotes(attempts: readonly Attempt[], noting: Noting): readonly AuditNote[] {
  const sends = new Map<Outcome, Map<string, AuditNote>>();
  for (const one of attempts) {
    for (const action of one.lane.actions) {
      const outcome = one.lane.outcomes.get(action.target);
      const note = noteOf(action, one, noting);
      if (!outcome || !note) continue;
      const wish = `${action.operation} ${action.target} ${canonical(toAction(action).fields)}`;
      const same = sends.get(outcome) ?? new Map<string, AuditNote>();
      const known = same.get(wish);
      sends.set(outcome, same.set(wish, known ? together(known, note) : note));
    }
  }
  return [...sends.values()].flatMap((same) =>
    [...same.values()].map((note) => ({
      ...note,
      entry: bounded(note.entry),
      persons: note.persons.slice(0, MOST.persons),
    })),
  );
}

/** Audiences that a person has entered or left by their records. */
function movesOf(one: Attempt): readonly AuditAudience[] {
  const { state, draft } = one;
  if (draft.view.standing === state.standing) return [];
  const edges = new Map(edgesOf(one).map((edge) => [edge.audience.key, edge]));
  return [...draft.view.standing]
    .flatMap(([key, { member, at }]) => {
      if (state.standing.get(key)?.member === member) return [];
      const change = member ? ('entered' as const) : ('left' as const);
      return audienceOf(key, one, edges.get(key)) ?? { key, change, member, at };
    })
    .map((one) => (one.change === 'same' ? { ...one, change: one.member ? 'entered' : 'left' } : one));
}

/**
 * Whether it is worth telling that nothing came of a person's records: they entered or left something, or a row had no address. Not
 * what a re-export repeats, which is most of all there is, nor who still waits for a key.
 */
export function isTelling(one: Attempt): boolean {
  const { work, draft, lane } = one;
  if (work.key === undefined || lane.actions.length > 0) return false;
  return draft.verdicts.some(({ unaddressed }) => unaddressed.length > 0) || movesOf(one).length > 0;
}

const WHY = {
  acts: 'unchanged',
  unchanged: 'unchanged',
  stale: 'unchanged',
  irrelevant: 'no-rule',
  withheld: 'withheld',
  unaddressed: 'unaddressed',
} as const;

/** The most telling of what became of a person's records. */
function whyOf({ draft }: Attempt): (typeof WHY)[keyof typeof WHY] {
  const kinds = draft.verdicts.map(({ kind }) => WHY[kind]);
  const order = ['withheld', 'unaddressed', 'unchanged'] as const;
  return order.find((why) => kinds.includes(why)) ?? 'no-rule';
}

/** The note that nothing came of what happened to somebody. */
export function quietNote(one: Attempt, { now, pseudonym }: Noting): AuditNote {
  const { id } = one.work;
  const muted = mutedBy(one);
  const unaddressed = one.draft.verdicts.flatMap((verdict) => verdict.unaddressed);
  const entry = {
    at: now,
    causes: [],
    rules: [],
    audiences: [...movesOf(one)],
    messages: messagesOf(one, () => true),
    fields: [],
    answer: { kind: 'nothing' as const, why: whyOf(one) },
    ...(muted.length > 0 && { muted: [...muted] }),
    ...(unaddressed.length > 0 && { unaddressed: [...new Set(unaddressed)].slice(0, MOST.causes) }),
  };
  return {
    place: { kind: 'person', id },
    entry: bounded(entry),
    persons: [{ id, name: pseudonym(id) }],
    prints: new Map(),
  };
}
