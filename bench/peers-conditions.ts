import { plan } from '../shared/core/plan.js';
import { readProfile } from '../shared/core/profile.js';
import { EMPTY_STATE } from '../shared/core/state.js';
import { advance } from '../shared/core/view.js';
import { type Contest, type Contestant, oneByOne, oneByOneAwaited } from './contestant.js';
import { AUDIENCE_IDS } from './events.js';
import { EVENTS, members, type Profile } from './peers-events.js';
import type { Peers } from './peers-load.js';
import { rulesOf } from './rules-of.js';

/** A condition in every language: member of any of some audiences, country in two, points of at least a thousand. */
interface Condition {
  readonly ids: readonly string[];
}

const IF = 'homeAddress.countryCode in ["US", "CA"] and loyalty.points >= 1000';

/** From the checked profile to whether the rule acts: the standing of the person is advanced on the way. */
function ours({ ids }: Condition): Contestant {
  const names = ids.map((_, i) => `audience-${i}`);
  const file = {
    audiences: Object.fromEntries(ids.map((id, i) => [names[i], id])),
    person: { key: ['crmid'] },
    connections: { sales: { type: 'salesforce' } },
    rules: [
      {
        name: 'hot',
        when: { entered: names.length === 1 ? names[0] : { any: names } },
        if: IF,
        do: [{ upsert: 'sales/Contact', match: { AEP_Id__c: '$key' }, set: { Hot__c: true } }],
      },
    ],
  };
  const rules = rulesOf(file);
  const read = members.map((profile) => {
    const checked = readProfile(profile);
    if (!checked.ok) throw checked.fault;
    return checked.value;
  });
  const one = (i: number): boolean => {
    const profile = read[i];
    if (profile === undefined) throw new Error('there is no such event');
    const { state, transitions } = advance(EMPTY_STATE, profile, rules, 1_790_000_000_000);
    return plan('C-1', state, transitions, rules).actions.length > 0;
  };
  return oneByOne('tributary', EVENTS, one, (given) => given);
}

const plainly =
  ({ ids }: Condition) =>
  ({ segmentMembership: { ups }, homeAddress, loyalty }: Profile): boolean =>
    ids.some((id) => ups[id]?.status === 'realized') &&
    (homeAddress.countryCode === 'US' || homeAddress.countryCode === 'CA') &&
    loyalty.points >= 1000;

const yes = (given: unknown): unknown => given === true;

/** FQL silently fails on ids that begin with a digit and knows no root but these: audiences are renamed for it beforehand. */
function fql({ ids }: Condition, peers: Peers): readonly Contestant[] {
  const library = peers.load<{
    parseFql(text: string): { error?: unknown };
    validate(query: unknown, event: unknown): boolean;
  }>('@segment/destination-subscriptions');
  if (library === undefined) return [];
  const places = ids.map((_, i) => `properties.ups.audience${i}.status = "realized"`);
  const one = places.length === 1 ? places[0] : `(${places.join(' or ')})`;
  const countries =
    '(properties.homeAddress.countryCode = "US" or properties.homeAddress.countryCode = "CA")';
  const query = library.parseFql(`${one} and ${countries} and properties.loyalty.points >= 1000`);
  if (query.error) throw new Error('Segment reads the condition in another way than it was meant');
  const events = members.map(({ segmentMembership: { ups }, homeAddress, loyalty }) => {
    const named = Object.entries(ups).map(([, membership], i) => [`audience${i}`, membership]);
    return { type: 'track', properties: { ups: Object.fromEntries(named), homeAddress, loyalty } };
  });
  return [
    oneByOne(
      "Segment's FQL",
      EVENTS,
      (i) => library.validate(query, events[i]),
      (given) => given,
    ),
  ];
}

function logic({ ids }: Condition, peers: Peers): readonly Contestant[] {
  const library = peers.load<{
    LogicEngine: new () => { build(rule: unknown): (data: unknown) => unknown };
  }>('json-logic-engine');
  if (library === undefined) return [];
  const any = ids.map((id) => ({ '==': [{ var: `segmentMembership.ups.${id}.status` }, 'realized'] }));
  const rule = {
    and: [
      any.length === 1 ? any[0] : { or: any },
      { in: [{ var: 'homeAddress.countryCode' }, ['US', 'CA']] },
      { '>=': [{ var: 'loyalty.points' }, 1000] },
    ],
  };
  const holds = new library.LogicEngine().build(rule);
  return [oneByOne('json-logic-engine', EVENTS, (i) => holds(members[i]), yes)];
}

function cel({ ids }: Condition, peers: Peers): readonly Contestant[] {
  interface Environment {
    registerVariable(name: string, type: string): Environment;
    parse(text: string): (variables: unknown) => unknown;
  }
  const library = peers.load<{ Environment: new (options: unknown) => Environment }>('@marcbachmann/cel-js');
  if (library === undefined) return [];
  const environment = new library.Environment({ unlistedVariablesAreDyn: false });
  const any = ids.map((id) => `profile.segmentMembership.ups["${id}"].status == "realized"`);
  const text = `(${any.join(' || ')}) && profile.homeAddress.countryCode in ["US", "CA"] && profile.loyalty.points >= 1000.0`;
  const holds = environment.registerVariable('profile', 'map').parse(text);
  return [oneByOne('cel-js', EVENTS, (i) => holds({ profile: members[i] }), yes)];
}

function jsonata({ ids }: Condition, peers: Peers): readonly Contestant[] {
  const make = peers.load<(text: string) => { evaluate(data: unknown): Promise<unknown> }>('jsonata');
  if (make === undefined) return [];
  const any = ids.map((id) => `segmentMembership.ups.\`${id}\`.status = "realized"`);
  const text = `(${any.join(' or ')}) and homeAddress.countryCode in ["US", "CA"] and loyalty.points >= 1000`;
  const expression = make(text);
  return [oneByOneAwaited('JSONata', EVENTS, (i) => expression.evaluate(members[i]), yes)];
}

function templates({ ids }: Condition, peers: Peers): readonly Contestant[] {
  const library = peers.load<{
    JsonTemplateEngine: { createAsSync(text: string): { evaluate(data: unknown): unknown } };
  }>('@rudderstack/json-template-engine');
  if (library === undefined) return [];
  const any = ids.map((id) => `.segmentMembership.ups."${id}".status === "realized"`);
  const text = `(${any.join(' || ')}) && (.homeAddress.countryCode === "US" || .homeAddress.countryCode === "CA") && .loyalty.points >= 1000`;
  const engine = library.JsonTemplateEngine.createAsSync(text);
  return [oneByOne('RudderStack templates', EVENTS, (i) => engine.evaluate(members[i]), yes)];
}

function jsonRules({ ids }: Condition, peers: Peers): readonly Contestant[] {
  const library = peers.load<{
    Engine: new (
      rules: unknown[],
      options: unknown,
    ) => { run(facts: unknown): Promise<{ events: readonly unknown[] }> };
  }>('json-rules-engine');
  if (library === undefined) return [];
  const fact = (path: string, operator: string, value: unknown) => ({
    ...{ fact: 'profile', path, operator, value },
  });
  const any = ids.map((id) => fact(`$.segmentMembership.ups['${id}'].status`, 'equal', 'realized'));
  const all = [
    { any },
    fact('$.homeAddress.countryCode', 'in', ['US', 'CA']),
    fact('$.loyalty.points', 'greaterThanInclusive', 1000),
  ];
  const rule = { conditions: { all }, event: { type: 'hot' } };
  const engine = new library.Engine([rule], { allowUndefinedFacts: true });
  const one = async (i: number): Promise<boolean> =>
    (await engine.run({ profile: members[i] })).events.length > 0;
  return [oneByOneAwaited('json-rules-engine', EVENTS, one, (given) => given)];
}

const contest = (name: string, condition: Condition, peers: Peers): Contest => {
  const plain = plainly(condition);
  return {
    name,
    work: `member of ${condition.ids.length === 1 ? 'one audience' : `any of ${condition.ids.length} audiences`} of 20, country in two, points of at least 1,000`,
    events: EVENTS,
    ours: ours(condition),
    rivals: [
      oneByOne(
        'plain JavaScript',
        EVENTS,
        (i) => plain(members[i] ?? members[0]),
        (given) => given,
      ),
      ...templates(condition, peers),
      ...logic(condition, peers),
      ...fql(condition, peers),
      ...cel(condition, peers),
      ...jsonata(condition, peers),
      ...jsonRules(condition, peers),
    ],
  };
};

/** From a profile to whether a rule concerns it. */
export const conditionContests = (peers: Peers): readonly Contest[] => [
  contest('condition, 1 audience', { ids: AUDIENCE_IDS.slice(0, 1) }, peers),
  contest('condition, any of 3 audiences', { ids: AUDIENCE_IDS.slice(1, 4) }, peers),
];
