import { plan } from '../shared/core/plan.js';
import { readProfile } from '../shared/core/profile.js';
import { EMPTY_STATE } from '../shared/core/state.js';
import { advance } from '../shared/core/view.js';
import { type Contest, type Contestant, oneByOne, oneByOneAwaited } from './contestant.js';
import { AUDIENCE_IDS } from './events.js';
import { EVENTS, type Profile, profiles } from './peers-events.js';
import type { Peers } from './peers-load.js';
import { rulesOf } from './rules-of.js';

/** Where the eight straight fields come from. */
const PATHS = {
  First: 'person.name.firstName',
  Last: 'person.name.lastName',
  Gender: 'person.gender',
  Birthdate: 'person.birthDate',
  Mobile: 'mobilePhone.number',
  Points: 'loyalty.points',
  Tier: 'loyalty.tier',
  Country: 'homeAddress.countryCode',
} as const;

type Row = Readonly<Record<string, unknown>>;

/** The ways a mapping is written down, one for each language. */
interface Mapping {
  readonly ours: Readonly<Record<string, unknown>>;
  readonly kit: Readonly<Record<string, unknown>>;
  readonly jsonata: string;
  readonly template: string;
  readonly plain: (profile: Profile) => Row;
}

const entries = Object.entries(PATHS);

const EIGHT: Mapping = {
  ours: PATHS,
  kit: Object.fromEntries(entries.map(([name, path]) => [name, { '@path': `$.${path}` }])),
  jsonata: `{ ${entries.map(([name, path]) => `"${name}": ${path}`).join(', ')} }`,
  template: `{ ${entries.map(([name, path]) => `${name}: .${path}`).join(', ')} }`,
  plain: ({ person, mobilePhone, loyalty, homeAddress }) => ({
    First: person.name.firstName,
    Last: person.name.lastName,
    Gender: person.gender,
    Birthdate: person.birthDate,
    Mobile: mobilePhone.number,
    Points: loyalty.points,
    Tier: loyalty.tier,
    Country: homeAddress.countryCode,
  }),
};

const more = (text: string, fields: string): string => text.replace(/ \}$/, `, ${fields} }`);

/** The eight, and three that are made: lower case, a text of two values, and a value with one to stand in for it. */
const ELEVEN: Mapping = {
  ours: {
    ...EIGHT.ours,
    Email: { from: 'personalEmail.address', as: 'lowercase' },
    Name: { template: '{person.name.firstName} {person.name.lastName}' },
    Title: { from: 'person.title', default: 'none' },
  },
  kit: {
    ...EIGHT.kit,
    Email: { '@case': { operator: 'lower', value: { '@path': '$.personalEmail.address' } } },
    Name: { '@template': '{{person.name.firstName}} {{person.name.lastName}}' },
    Title: {
      // biome-ignore lint/suspicious/noThenProperty: what mapping-kit calls it; it is never awaited
      '@if': { exists: { '@path': '$.person.title' }, then: { '@path': '$.person.title' }, else: 'none' },
    },
  },
  jsonata: more(
    EIGHT.jsonata,
    '"Email": $lowercase(personalEmail.address), "Name": person.name.firstName & " " & person.name.lastName, "Title": $exists(person.title) ? person.title : "none"',
  ),
  template: more(
    EIGHT.template,
    'Email: .personalEmail.address.toLowerCase(), Name: .person.name.firstName + " " + .person.name.lastName, Title: .person.title ?? "none"',
  ),
  // One literal: spreading eight fields into it would take several times as long as reading them.
  plain: ({ person, personalEmail, mobilePhone, loyalty, homeAddress }) => ({
    First: person.name.firstName,
    Last: person.name.lastName,
    Gender: person.gender,
    Birthdate: person.birthDate,
    Mobile: mobilePhone.number,
    Points: loyalty.points,
    Tier: loyalty.tier,
    Country: homeAddress.countryCode,
    Email: personalEmail.address.toLowerCase(),
    Name: `${person.name.firstName} ${person.name.lastName}`,
    Title: person.title ?? 'none',
  }),
};

function contactRules(set: Mapping['ours']) {
  const file = {
    audiences: { everybody: AUDIENCE_IDS[0] },
    person: { key: ['crmid'] },
    connections: { sales: { type: 'salesforce' } },
    rules: [
      {
        name: 'contacts',
        when: { member: 'everybody' },
        do: [{ upsert: 'sales/Contact', match: { AEP_Id__c: '$key' }, set }],
      },
    ],
  };
  return rulesOf(file);
}

/** From the checked profile to the fields to be written: the standing is advanced on the way, which nobody else does. */
function ours({ ours: set }: Mapping): Contestant {
  const rules = contactRules(set);
  const read = profiles.map((profile) => {
    const checked = readProfile(profile);
    if (!checked.ok) throw checked.fault;
    return checked.value;
  });
  const one = (i: number) => {
    const profile = read[i];
    if (profile === undefined) throw new Error('there is no such event');
    const { state, transitions } = advance(EMPTY_STATE, profile, rules, 1_790_000_000_000);
    return plan('C-1', state, transitions, rules).actions[0]?.fields;
  };
  return oneByOne('tributary', EVENTS, one, (fields) =>
    Object.fromEntries([...(fields ?? [])].map(([name, { value }]) => [name, value])),
  );
}

const asIs = (row: unknown): unknown => ({ ...(row as Row) }); // a mapping gives an object, whatever its prototype

const TRANSFORM = 'Segment mapping-kit, transform';
const TRANSFORM_BATCH = 'Segment mapping-kit, transformBatch';

/** An event at a time, and all of them at once, which checks the mapping once. */
function segment(kit: Mapping['kit'], peers: Peers): readonly Contestant[] {
  const library = peers.load<{
    transform(mapping: unknown, event: unknown): unknown;
    transformBatch(mapping: unknown, events: readonly unknown[]): readonly unknown[];
  }>('@segment/actions-core/mapping-kit');
  if (library === undefined) return [];
  const batch = () => library.transformBatch(kit, profiles);
  return [
    oneByOne(TRANSFORM, EVENTS, (i) => library.transform(kit, profiles[i]), asIs),
    { name: TRANSFORM_BATCH, run: batch, answers: async () => batch().map(asIs) },
  ];
}

function rivals({ kit, jsonata, template, plain }: Mapping, peers: Peers): Contestant[] {
  const found: Contestant[] = [
    oneByOne('plain JavaScript', EVENTS, (i) => plain(profiles[i] ?? profiles[0]), asIs),
  ];
  found.push(...segment(kit, peers));
  const rudder = peers.load<{
    JsonTemplateEngine: { createAsSync(text: string): { evaluate(data: unknown): unknown } };
  }>('@rudderstack/json-template-engine');
  if (rudder) {
    const engine = rudder.JsonTemplateEngine.createAsSync(template);
    found.push(oneByOne('RudderStack templates', EVENTS, (i) => engine.evaluate(profiles[i]), asIs));
  }
  const make = peers.load<(text: string) => { evaluate(data: unknown): Promise<unknown> }>('jsonata');
  if (make) {
    const expression = make(jsonata);
    found.push(oneByOneAwaited('JSONata', EVENTS, (i) => expression.evaluate(profiles[i]), asIs));
  }
  return found;
}

const TARGET = { ratio: 20, rivals: [TRANSFORM, TRANSFORM_BATCH] };

/** From a profile to the fields of a row. */
export const mappingContests = (peers: Peers): readonly Contest[] =>
  [
    { name: 'mapping, 8 fields', work: 'eight fields of a profile, as they are', mapping: EIGHT },
    {
      name: 'mapping, 11 fields',
      work: 'the eight, one in lower case, one made of two, one with a default',
      mapping: ELEVEN,
    },
  ].map(({ mapping, ...rest }) => ({
    ...rest,
    events: EVENTS,
    ours: ours(mapping),
    rivals: rivals(mapping, peers),
    target: TARGET,
  }));
