import type { CompiledRules } from '../core/compiled.js';
import { DOUBTFUL, silenceOf } from '../core/doubts.js';
import type { Draft } from '../core/fold.js';
import { type PlannedAction, plan } from '../core/plan.js';
import type { Connector, Outcome } from '../core/remote.js';
import type { PersonState } from '../core/state.js';
import { unnoticed } from '../core/values.js';
import type { PipelineDeps } from './run.js';

/** Something that happens once, at a target that would do it again if it were asked again. */
const mustNotRepeat = (
  action: Pick<PlannedAction, 'operation' | 'object'>,
  connector: Connector | undefined,
): boolean => action.operation === 'send' && connector?.isIdempotent(action) !== true;

const doubtful = (connection: string): Outcome => ({
  kind: 'rejected',
  code: DOUBTFUL,
  text: silenceOf(connection),
  doubtful: true,
});

/** What no answer means for an action: of what must not be repeated it is the last word, for a person to judge. */
export const lastWord = (outcome: Outcome, action: PlannedAction, connector: Connector): Outcome =>
  outcome.kind === 'unknown' && mustNotRepeat(action, connector) ? doubtful(action.connection) : outcome;

/**
 * In the list of what is unsure: a judgement that a target was not reached has been acted upon. It is known by the time it
 * was made, `at` (epoch milliseconds), so that a queue that hands out its message again does not give leave twice.
 */
export const spent = (target: string, at: number): string => `${judgements(target)}${at}`;

/** Begins every judgement about a target. */
export const judgements = (target: string): string => `judged:${target}@`;

/** What {@link spent} makes; the name of a send ends in a fingerprint. */
const MARK = /^judged:.*@-?\d+$/s;

/**
 * Outcomes that are decided before anything is sent: what may have been done before a crash, and must not be repeated.
 * `permitted`: targets that somebody has judged not to have been done.
 */
export function decided(
  actions: readonly PlannedAction[],
  unsure: ReadonlySet<string>,
  permitted: ReadonlyMap<string, unknown>,
  connectors: ReadonlyMap<string, Connector>,
): Map<string, Outcome> {
  const open = actions.filter(
    (action) =>
      unsure.has(action.target) &&
      !permitted.has(action.target) &&
      mustNotRepeat(action, connectors.get(action.connection)),
  );
  return new Map(open.map(({ target, connection }) => [target, doubtful(connection)]));
}

/** Something to happen once that was begun, whose answer nobody knows, and that no rule wants any more. */
export interface Bygone {
  readonly target: string;
  readonly connection: string;
  readonly object: string;
  /** The target would have done it again if it had been asked again: whether it was done is for a person to find out. */
  readonly isOpen: boolean;
}

/** `connection/object!name`; the target of a row has a `=` before anything that somebody outside could have chosen. */
const SEND = /^([^/=]+)\/([^=]+)![^=]+$/;

/** Sends of changes that wait for their records to come again: `changed` is not owed, but made anew by them. */
function waiting({ view }: Draft, key: string | undefined, rules: CompiledRules): readonly string[] {
  const edges = unnoticed(view, rules);
  if (key === undefined || edges.length === 0) return [];
  return plan(key, view, edges, rules).actions.map(({ target }) => target);
}

/**
 * What was begun before a crash, or without an answer, and was overtaken before it could be tried again: the opposite
 * change, or another decision of its rule. While the person owes anything it may still come due. `key`: the person's.
 */
export function bygones(
  { unsure, written }: PersonState,
  draft: Draft,
  key: string | undefined,
  { connectors, rules }: Pick<PipelineDeps, 'connectors' | 'rules'>,
): readonly Bygone[] {
  if (unsure.size === 0 || draft.view.owed.length > 0) return [];
  const wanted = new Set(draft.actions.map(({ target }) => target));
  const begun = [...unsure].flatMap((target): Bygone[] => {
    const [, connection, object] = SEND.exec(target) ?? [];
    if (connection === undefined || object === undefined || MARK.test(target)) return [];
    if (wanted.has(target) || written.has(target)) return [];
    const isOpen = mustNotRepeat({ operation: 'send', object }, connectors.get(connection));
    return [{ target, connection, object, isOpen }];
  });
  if (begun.length === 0) return begun;
  const comesBack = new Set(waiting(draft, key, rules));
  return begun.filter(({ target }) => !comesBack.has(target));
}
