import type { Audience, CompiledRule, CompiledRules } from './compiled.js';
import { type ActionNews, actionNews, wishesOf } from './explain-action.js';
import { fold } from './fold.js';
import { type Hearing, hearRules, isDue, type Speech } from './match.js';
import { type Marks, outdated } from './outdated.js';
import { consents, plan } from './plan.js';
import type { Json } from './ports.js';
import type { Assertion, ProfileExport } from './profile.js';
import { completes, isInside } from './quantity.js';
import type { Sight, Trace } from './scope.js';
import { asSeen } from './shadow.js';
import type { PersonState, Standing } from './state.js';
import { newestOf } from './values.js';
import { advance, type Change, changeOf, type MembershipEdge, type Transition } from './view.js';

/** What a record says of one declared audience. */
export interface AudienceNews {
  readonly name: string;
  readonly before: Standing | undefined;
  readonly after: Standing | undefined;
  /** What the record's assertion did; undefined when it says nothing of the audience. */
  readonly change: Change | undefined;
  /** Old already when it was first seen. */
  readonly backfill: boolean;
}

/** What became of one rule. */
export interface RuleNews {
  readonly rule: CompiledRule;
  /** Whether its `when` is fulfilled. */
  readonly when: boolean;
  /** Its `if`, clause by clause. */
  readonly condition: Trace | undefined;
  /**
   * `does` what it says, or what it says `otherwise`; `keeps` in step what it wrote for members, being about them no
   * longer; says `nothing`; or would say something, were it not for the rule that stopped it.
   */
  readonly outcome: 'does' | 'otherwise' | 'keeps' | 'nothing' | 'stopped';
  /** How many of its event-like actions are left out: for history, or for an exit of somebody never seen. */
  readonly notDue: number;
}

/** Why one record comes to what it comes to. */
export interface Explanation {
  readonly before: PersonState;
  readonly after: PersonState;
  readonly transitions: readonly Transition[];
  readonly audiences: readonly AudienceNews[];
  /** The newest consent value known, and whether it allows acting; undefined when the file asks for none. */
  readonly consent:
    | { readonly path: string; readonly value: Json | undefined; readonly allows: boolean }
    | undefined;
  readonly rules: readonly RuleNews[];
  /** The rule that stopped those after it. */
  readonly stoppedBy: string | undefined;
  readonly actions: readonly ActionNews[];
  readonly unaddressed: readonly string[];
  /** The same for each rule that is a shadow, as if it were the only one. */
  readonly shadows: readonly Explanation[];
}

const NO_MARKS: Marks = new Map();

/** A record, as it enters the fold. */
export interface Explained {
  readonly profile: ProfileExport;
  readonly key: string;
  /** When the first durable log took it in, epoch milliseconds. */
  readonly at: number;
}

/** The assertion about an audience that counts: of several the newest, an exit before a qualification. */
function assertionOf({ namespace, id }: Audience, { memberships }: ProfileExport, at: number) {
  const times = memberships
    .filter((one: Assertion) => one.namespace === namespace && one.audience === id)
    .map((one) => ({ at: one.at ?? at * 1000, member: one.member }));
  return times.sort((a, b) => b.at - a.at || Number(a.member) - Number(b.member))[0];
}

function audienceNews(
  audience: Audience,
  { profile, at }: Explained,
  before: PersonState,
  after: PersonState,
  transitions: readonly Transition[],
): AudienceNews {
  const known = before.standing.get(audience.key);
  const said = assertionOf(audience, profile, at);
  const edge = transitions.find(
    (one): one is MembershipEdge => one.change !== 'changed' && one.audience === audience,
  );
  return {
    name: audience.name,
    before: known,
    after: after.standing.get(audience.key),
    change: said && changeOf(known, said),
    backfill: edge?.backfill ?? false,
  };
}

/** The edges of a record that a rule is about, when they fulfil its `when`. */
const edgesOf = (
  rule: CompiledRule,
  transitions: readonly Transition[],
  view: PersonState,
): readonly Transition[] =>
  transitions.filter((edge) => {
    if (edge.change !== rule.trigger) return false;
    if (edge.change === 'changed') return edge.path === rule.path;
    return rule.audiences.includes(edge.audience) && completes(rule, edge, transitions, view);
  });

/** A level is spoken of once something is known of it. */
const isKnown = ({ audiences }: CompiledRule, { standing }: PersonState): boolean =>
  audiences.some(({ key }) => standing.has(key));

function outcomeOf(rule: CompiledRule, speech: Speech | undefined, { stop }: Hearing): RuleNews['outcome'] {
  if (!speech) return 'nothing';
  if (rule.order > stop) return 'stopped';
  if (speech.matched) return 'does';
  return rule.otherwise ? 'otherwise' : 'keeps';
}

function ruleNews(
  rule: CompiledRule,
  sight: Sight,
  transitions: readonly Transition[],
  hearing: Hearing,
): RuleNews {
  const edges = edgesOf(rule, transitions, sight.view);
  const speeches = hearing.speeches.filter((speech) => speech.rule === rule);
  const isLevel = rule.trigger === 'member';
  const notDue = speeches.filter(({ edge }) => edge && !isDue(rule, edge)).length * rule.sends.length;
  return {
    rule,
    when: isLevel ? isKnown(rule, sight.view) && isInside(rule, sight.view) : edges.length > 0,
    condition: rule.judge?.trace(sight),
    outcome: outcomeOf(rule, speeches[0], hearing),
    notDue,
  };
}

/** The state with everything as unsure that was accepted too long ago: then it is written again, whole. */
function doubted(state: PersonState, at: number, { refreshMs }: CompiledRules): PersonState {
  const old = outdated(state, at, refreshMs, NO_MARKS);
  return old.length === 0 ? state : { ...state, unsure: new Set([...state.unsure, ...old]) };
}

/**
 * Why one record of one person comes to what it comes to: the very functions that plan it, asked for their reasons. Pure;
 * `before` is what is known of the person.
 */
export function explain(before: PersonState, record: Explained, rules: CompiledRules): Explanation {
  const { profile, key, at } = record;
  const { state: after, transitions } = advance(before, profile, rules, at);
  const sight = { key, view: after, now: newestOf(after) };
  const hearing = hearRules(sight, transitions, rules);
  const wanted = plan(key, after, transitions, rules);
  const draft = fold(doubted(before, at, rules), [record], rules);
  const wishes = wishesOf(hearing, sight);
  const declared = [...rules.audiences.values()].flatMap((byId) => [...byId.values()]);
  const { consent } = rules;
  return {
    before,
    after,
    transitions,
    audiences: declared.map((audience) => audienceNews(audience, record, before, after, transitions)),
    consent:
      consent === undefined
        ? undefined
        : { path: consent, value: after.values.get(consent)?.value, allows: consents(after, consent) },
    rules: rules.rules.map((rule) => ruleNews(rule, sight, transitions, hearing)),
    stoppedBy: rules.rules[hearing.stop]?.name,
    actions: wanted.actions.map((action) => actionNews(action, draft, wishes, rules)),
    unaddressed: wanted.unaddressed,
    shadows: rules.shadows.map((one) => explain(asSeen(before, one), record, one)),
  };
}
