import type { AudienceNews, Explanation, RuleNews } from '../core/explain.js';
import type { FieldNews } from '../core/explain-action.js';
import type { Json } from '../core/ports.js';
import type { Action } from '../core/remote.js';
import type { Trace } from '../core/scope.js';
import type { Standing } from '../core/state.js';
import { timeText } from '../core/time-text.js';

/** What is known of one audience: `at` is the newest assertion. */
export interface StandingReason {
  readonly member: boolean;
  readonly at: string;
}

/** What a record says of one declared audience. */
export interface AudienceReason {
  readonly name: string;
  readonly before: StandingReason | null;
  readonly after: StandingReason | null;
  readonly change: NonNullable<AudienceNews['change']> | null;
  readonly backfill: boolean;
}

/** One clause of a condition; `missing` says that there was no value to look at. */
export interface ClauseReason {
  readonly text: string;
  readonly holds: boolean;
  readonly looked?: boolean;
  readonly saw?: Json | undefined;
  readonly missing?: boolean;
  readonly why?: string;
  readonly items?: readonly ClauseReason[];
}

/** What became of one rule. */
export interface RuleReason {
  readonly rule: string;
  readonly outcome: RuleNews['outcome'];
  readonly when: { readonly text: string; readonly holds: boolean };
  readonly if: ClauseReason | undefined;
  readonly notDue: number;
}

/** What became of one action, and where its fields come from. */
export interface ActionReason extends Pick<Action, 'connection' | 'operation' | 'object' | 'key'> {
  readonly list: string | undefined;
  readonly sent: boolean;
  readonly fields: readonly FieldNews[];
}

/** What rules come to. */
export interface RulesReason {
  readonly rules: readonly RuleReason[];
  readonly stoppedBy: string | undefined;
  readonly actions: readonly ActionReason[];
  readonly unaddressed: readonly string[];
}

/** An explanation as JSON carries it. */
export interface Reasons extends RulesReason {
  readonly audiences: readonly AudienceReason[];
  readonly consent: Explanation['consent'];
  readonly shadows?: readonly RulesReason[];
}

/** What a rule's `when` is about: its cause without its name. */
export const whenOf = ({ rule }: RuleNews): string =>
  rule.causes[rule.trigger].slice(rule.name.length + 2, -1);

const standingReason = (standing: Standing | undefined): StandingReason | null =>
  standing === undefined ? null : { member: standing.member, at: timeText(standing.at) };

/** That there was nothing to see is said aloud: JSON would leave it out. */
function clauseReason({ items, saw, ...trace }: Trace): ClauseReason {
  const isMissing = trace.looked === true && (saw === undefined || saw === null);
  return {
    ...trace,
    ...(isMissing ? { missing: true } : { saw }),
    ...(items && { items: items.map(clauseReason) }),
  };
}

function rulesReason({ rules, stoppedBy, actions, unaddressed }: Explanation): RulesReason {
  return {
    rules: rules.map((news) => ({
      rule: news.rule.name,
      outcome: news.outcome,
      when: { text: whenOf(news), holds: news.when },
      if: news.condition && clauseReason(news.condition),
      notDue: news.notDue,
    })),
    stoppedBy,
    actions: actions.map(({ action: { connection, operation, object, list, key }, sent, fields }) => ({
      connection,
      operation,
      object,
      list,
      key,
      sent,
      fields,
    })),
    unaddressed,
  };
}

/** An explanation as data: names and texts instead of what is compiled. Carries personal values. */
export function reasonsOf(explanation: Explanation): Reasons {
  const { audiences, consent, shadows } = explanation;
  return {
    audiences: audiences.map(({ name, before, after, change, backfill }) => ({
      name,
      before: standingReason(before),
      after: standingReason(after),
      change: change ?? null,
      backfill,
    })),
    consent,
    ...rulesReason(explanation),
    ...(shadows.length > 0 && { shadows: shadows.map(rulesReason) }),
  };
}
