import type { AuditAudience, AuditEntry, AuditNote } from '../core/audit.js';
import type { CompiledRule, CompiledRules } from '../core/compiled.js';
import { DOUBTFUL } from '../core/doubts.js';
import { isDue } from '../core/match.js';
import type { PlannedAction } from '../core/plan.js';
import type { Json } from '../core/ports.js';
import type { Outcome } from '../core/remote.js';
import type { MembershipEdge } from '../core/view.js';
import type { Attempt } from './attempt.js';

/** Most of each that an entry keeps. */
export const MOST = {
  fields: 64,
  causes: 8,
  audiences: 8,
  messages: 3,
  persons: 5,
  value: 300,
  text: 500,
  requestId: 100,
} as const;

/** So much of a fingerprint tells the value before from the one after. */
const PRINT = 8;

/** What the notes of one batch have in common. */
export interface Noting {
  readonly rules: CompiledRules;
  readonly values: boolean;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly pseudonym: (person: string) => string;
}

/** What a target said that is told of: its last word, and silence. What is tried again soon is not. */
function saidBy(outcome: Outcome, values: boolean): AuditEntry['answer'] | undefined {
  if (outcome.kind === 'accepted')
    return { kind: outcome.created === undefined ? 'accepted' : outcome.created ? 'created' : 'updated' };
  if (outcome.kind === 'absent') return { kind: 'absent' };
  if (outcome.kind === 'rejected') {
    const { code, text, field, doubtful } = outcome;
    const kind = code === DOUBTFUL || doubtful ? 'unanswered' : 'rejected';
    return {
      kind,
      code,
      ...(field !== undefined && { field }),
      ...(values && { text: text.slice(0, MOST.text) }),
    };
  }
  const isSilence = outcome.kind === 'unknown' || outcome.doubtful === true;
  return isSilence ? { kind: 'unanswered', code: outcome.fault.code } : undefined;
}

/** The answer that is told of, with what the target calls the request. */
export function answerOf(outcome: Outcome, values: boolean): AuditEntry['answer'] | undefined {
  const said = saidBy(outcome, values);
  const { requestId } = outcome;
  return (
    said && { ...said, ...(requestId !== undefined && { requestId: requestId.slice(0, MOST.requestId) }) }
  );
}

function keptValue(value: Json): Json {
  const text = JSON.stringify(value);
  return text.length <= MOST.value ? value : `${text.slice(0, MOST.value)}…`;
}

/** The rules by what is said when they ask for a row. */
export function rulesBehind(causes: readonly string[], { rules }: CompiledRules): readonly CompiledRule[] {
  return rules.filter((rule) => causes.some((cause) => Object.values(rule.causes).includes(cause)));
}

export const edgesOf = ({ draft }: Attempt): readonly MembershipEdge[] =>
  draft.verdicts.flatMap(({ edges }) => edges.filter((edge) => edge.change !== 'changed'));

export function audienceOf(
  key: string,
  { draft }: Attempt,
  edge: MembershipEdge | undefined,
): AuditAudience | undefined {
  const known = draft.view.standing.get(key);
  if (!known) return undefined;
  const { member, at } = known;
  const { change = 'same', backfill, overtaken } = edge ?? {};
  return { key, change, member, at, ...(backfill && { backfill }), ...(overtaken && { overtaken }) };
}

/** The audiences that some rules are about, those of which the records said something new before the others. */
export function audiencesOf(behind: readonly CompiledRule[], one: Attempt): readonly AuditAudience[] {
  const edges = new Map(edgesOf(one).map((edge) => [edge.audience.key, edge]));
  const keys = [...new Set(behind.flatMap(({ audiences }) => audiences.map(({ key }) => key)))];
  const found = keys.flatMap((key) => audienceOf(key, one, edges.get(key)) ?? []);
  return [
    ...found.filter(({ change }) => change !== 'same'),
    ...found.filter(({ change }) => change === 'same'),
  ];
}

/** Rules whose event-like actions were left out, because an edge was history when it was first seen. */
export function mutedBy(one: Attempt): readonly string[] {
  const muted = edgesOf(one).flatMap((edge) =>
    edge.audience.rules[edge.change].filter((rule) => rule.sends.length > 0 && !isDue(rule, edge)),
  );
  return [...new Set(muted.map(({ name }) => name))];
}

/** The messages whose records are meant, the newest first. */
export function messagesOf({ work }: Attempt, isMeant: (index: number) => boolean): AuditEntry['messages'] {
  return work.entries
    .filter((_, i) => isMeant(i))
    .map(({ message: { id, source, at }, record }) => ({ id, source, at, record }))
    .sort((a, b) => b.at - a.at);
}

/** Cuts what there may be much of. */
export function bounded(entry: AuditNote['entry']): AuditNote['entry'] {
  const { fields, messages, causes, rules, audiences } = entry;
  const moreFields = fields.length - MOST.fields;
  const moreMessages = messages.length - MOST.messages;
  return {
    ...entry,
    causes: causes.slice(0, MOST.causes),
    rules: rules.slice(0, MOST.causes),
    audiences: audiences.slice(0, MOST.audiences),
    fields: fields.slice(0, MOST.fields),
    messages: messages.slice(0, MOST.messages),
    ...(moreFields > 0 && { moreFields }),
    ...(moreMessages > 0 && { moreMessages }),
  };
}

export function fieldsOf(
  action: PlannedAction,
  { state, draft }: Attempt,
  { rules, values }: Noting,
): AuditEntry['fields'] {
  const before = state.written.get(action.target);
  const after = draft.written.get(action.target);
  const isSend = action.operation === 'send';
  return [...action.fields].flatMap(([name, { value, rule }]) => {
    if (name.startsWith('$')) return [];
    const changed = isSend || before?.get(name)?.hash !== after?.get(name)?.hash;
    const named = rules.rules[rule]?.name ?? 'consent withdrawn';
    return [{ name, rule: named, changed, ...(values && { value: keptValue(value) }) }];
  });
}

/**
 * Fingerprints of what a row is to hold, of as many fields as an entry keeps. None of what is done once, nor of places on lists: other rows
 * of the same key would have them, too.
 */
export function printsOf(action: PlannedAction, { draft }: Attempt): ReadonlyMap<string, string> {
  const written = draft.written.get(action.target);
  if (action.operation === 'send' || action.list !== undefined || !written) return new Map();
  const names = [...action.fields.keys()].filter((name) => !name.startsWith('$')).slice(0, MOST.fields);
  return new Map(
    names.flatMap((name) => {
      const hash = written.get(name)?.hash ?? '';
      return hash === '' ? [] : [[name, hash.slice(0, PRINT)]];
    }),
  );
}
