import type { CompiledRules } from '../shared/core/compiled.js';
import { plan } from '../shared/core/plan.js';
import { EMPTY_STATE, type PersonState } from '../shared/core/state.js';
import { advance } from '../shared/core/view.js';
import { type AddressedEntry, decodeMessage } from '../shared/pipeline/decode.js';
import { inflate } from '../shared/pipeline/inflate.js';
import { AUDIENCE_IDS, exportOf } from './events.js';
import type { Pace } from './rivals.js';
import { type Comparison, compare } from './rounds.js';
import { rulesOf } from './rules-of.js';

export interface CoreResult extends Comparison {
  readonly name: string;
  readonly bytes: number;
  readonly rules: number;
  readonly memberships: number;
  /** Fields planned per event, to show that the rules really match. */
  readonly fieldsPerEvent: number;
}

/** What is measured, by the names of {@link measureScenario}. */
export const SIZES = [
  { name: 'small', rules: 20, memberships: 2, more: 0, news: 0.25 },
  { name: 'typical', rules: 20, memberships: 20, more: 0, news: 0.25 },
  { name: 'large', rules: 20, memberships: 20, more: 80, news: 0.25 },
  { name: 'typical, 1,000 rules', rules: 1_000, memberships: 20, more: 0, news: 0.25 },
  { name: 'typical, always news', rules: 20, memberships: 20, more: 0, news: 1 },
] as const;

type Size = (typeof SIZES)[number];

/** `count` rules, each about an audience of its own; half follow the level, half the edge. Events know of the first 20. */
export function rulesFile(count: number): unknown {
  const names = Array.from({ length: Math.max(20, count) }, (_, i) => `audience-${i}`);
  return {
    audiences: Object.fromEntries(names.map((name, i) => [name, AUDIENCE_IDS[i] ?? `unmapped-${i}`])),
    person: { key: ['crmid', 'email', 'personalEmail.address'] },
    connections: { sales: { type: 'salesforce' } },
    rules: Array.from({ length: count }, (_, i) => ({
      name: `rule ${i}`,
      when: { [i % 2 === 0 ? 'member' : 'entered']: names[i] },
      do: [
        {
          upsert: `sales/Contact`,
          match: { AEP_Id__c: '$key' },
          set: {
            FirstName: 'person.name.firstName',
            LastName: { from: 'person.name.lastName', default: 'Unknown' },
            Email: { from: 'personalEmail.address', as: 'lowercase' },
            [`Flag_${i}__c`]: { member: names[i] },
          },
        },
      ],
    })),
  };
}

const PEOPLE = 64;

function entryOf(body: Buffer, at: number, rules: CompiledRules): AddressedEntry {
  const [entry] = decodeMessage({ id: '1', body, at, source: 'bench' }, { rules, inflate });
  if (entry?.kind !== 'addressed') throw new Error('the benchmark event cannot be read');
  return entry;
}

/**
 * What is known of a person before the measured event. A share of the events brings a membership that is news; the
 * others are what AEP sends most: re-exports of what is known, with attributes as they were.
 */
function stateBefore(i: number, size: Size, rules: CompiledRules): PersonState {
  const isNews = i < PEOPLE * size.news;
  const { profile } = entryOf(
    exportOf(i, size.memberships - (isNews ? 1 : 0), size.more),
    1_780_000_000_000,
    rules,
  );
  return advance(EMPTY_STATE, profile, rules, 1_780_000_000_000).state;
}

function scenario(size: Size, options: Pace): CoreResult {
  const rules = rulesOf(rulesFile(size.rules));
  const events = Array.from({ length: PEOPLE }, (_, i) => exportOf(i, size.memberships, size.more));
  const encoded = events.map((event) => event.toString('base64'));
  const states = events.map((_, i) => stateBefore(i, size, rules));
  let fields = 0;
  const ours = (): unknown => {
    fields = 0;
    for (let i = 0; i < PEOPLE; i++) {
      const entry = entryOf(Buffer.from(encoded[i] ?? '', 'base64'), 1_790_000_000_000, rules);
      const next = advance(states[i] ?? EMPTY_STATE, entry.profile, rules, entry.message.at);
      const { actions } = plan(entry.person.key ?? '', next.state, next.transitions, rules);
      fields += actions[0]?.fields.size ?? 0;
    }
    return fields;
  };
  const limit = (): unknown => {
    let last: unknown;
    for (let i = 0; i < PEOPLE; i++)
      last = JSON.parse(Buffer.from(encoded[i] ?? '', 'base64').toString('utf8'));
    return last;
  };
  const measured = compare(
    { name: 'base64 + JSON.parse', run: limit },
    { name: 'tributary core', run: ours },
    options,
  );
  const bytes = Math.round(events.reduce((sum, { length }) => sum + length, 0) / PEOPLE);
  return {
    name: size.name,
    bytes,
    rules: size.rules,
    memberships: size.memberships,
    fieldsPerEvent: fields / PEOPLE,
    ...measured,
  };
}

/**
 * The core alone against its limit, with events of a size of {@link SIZES}; rates are batches of {@link PEOPLE} events per second.
 * Throws for a name that is none of theirs.
 */
export function measureScenario(name: string, pace: Pace): CoreResult {
  const size = SIZES.find((one) => one.name === name);
  if (size === undefined) throw new Error(`there is no scenario ${name}`);
  return scenario(size, pace);
}
