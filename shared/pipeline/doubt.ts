import { Fault } from '../core/fault.js';
import type { Draft } from '../core/fold.js';
import type { PlannedAction } from '../core/plan.js';
import type { Connector, Outcome } from '../core/remote.js';
import type { PersonState } from '../core/state.js';

/** As a refusal's code: nobody refused, but nobody answered either. */
export const DOUBTFUL = 'DOUBTFUL';

/** As a refusal's code: as {@link DOUBTFUL}, and nobody wants it any more. */
export const BYGONE = 'DOUBTFUL_BYGONE';

/** Something that happens once, at a target that would do it again if it were asked again. */
const mustNotRepeat = (
  action: Pick<PlannedAction, 'operation' | 'object'>,
  connector: Connector | undefined,
): boolean => action.operation === 'send' && connector?.isIdempotent(action) !== true;

const doubtful = (connection: string): Outcome => ({
  kind: 'rejected',
  code: DOUBTFUL,
  text: `"${connection}" gave no answer, so this may have been done, and it takes no idempotency key: it is not sent again by itself.`,
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

/** The fault of a record whose action is in doubt. */
export const doubtFault = (connection: string): Fault =>
  new Fault(
    'remote.doubtful',
    `${connection} gave no answer to a send that must not be repeated; look whether it was done, and replay the dead letter if not`,
  );

/** Something to happen once that was begun, whose answer nobody knows, and that no rule wants any more. */
export interface Bygone {
  readonly target: string;
  readonly connection: string;
  /** The target would have done it again if it had been asked again: whether it was done is for a person to find out. */
  readonly isOpen: boolean;
}

/** `connection/object!name`; the target of a row has a `=` before anything that somebody outside could have chosen. */
const SEND = /^([^/=]+)\/([^=]+)![^=]+$/;

/**
 * What was begun before a crash, or without an answer, and was overtaken before it could be tried again: the opposite
 * change, or another decision of its rule. While the person owes anything it may still come due.
 */
export function bygones(
  { unsure, written }: PersonState,
  { view, actions }: Draft,
  connectors: ReadonlyMap<string, Connector>,
): readonly Bygone[] {
  if (unsure.size === 0 || view.owed.length > 0) return [];
  const wanted = new Set(actions.map(({ target }) => target));
  return [...unsure].flatMap((target): Bygone[] => {
    const [, connection, object] = SEND.exec(target) ?? [];
    if (connection === undefined || object === undefined || wanted.has(target) || written.has(target))
      return [];
    const isOpen = mustNotRepeat({ operation: 'send', object }, connectors.get(connection));
    return [{ target, connection, isOpen }];
  });
}

/** The fault of a record with which what was begun became bygone. */
export const bygoneFault = (connection: string): Fault =>
  new Fault(
    'remote.doubtful',
    `${connection} gave no answer to a send that must not be repeated, and what it was about has been overtaken since; look whether it was done and put it right by hand: a replay does not send it`,
  );
