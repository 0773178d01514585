import type { ActualRows, LogEntry } from '../../../local/demo/oracle.js';
import { type Export, readMessage } from '../../../local/demo/oracle-reading.js';
import { keyOf, type Row } from '../../../local/demo/oracle-rules.js';

/**
 * The demo rules worked off one record after another, as they are worded: transitions, plans, what a target last took,
 * a CRM that refuses. Slow and stateful on purpose; the oracle gets to the same rows without any order.
 */
interface State {
  readonly key: string;
  readonly standings: Map<string, { at: number; member: boolean }>;
  readonly values: Map<string, { at: number; value: unknown }>;
  /** Audiences that some record has ever called the person a member of. */
  readonly ever: Set<string>;
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ['ups/59bd2fkd-3c48-4b18-bf56-4f5c5e6967ae', 'high-propensity'],
  ['customeraudienceupload/vip-2026', 'vip'],
  ['ups/c0a7e913-52d8-4b6f-8e21-7d94f1b3a605', 'cart-abandoner'],
  ['ups/3e9b7d20-81c4-4fa6-9d57-0b26c8e4f71a', 'newsletter'],
  ['ups/9a84c2f1-63d0-48b5-a7e2-00f4g7cd1b58', 'lapsed'],
]);
const PATHS = ['person.name.firstName', 'person.name.lastName', 'personalEmail.address', 'loyalty.points'];

const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((found, step) => {
    const members = typeof found === 'object' && found !== null ? Object.entries(found) : [];
    return members.find(([name]) => name === step)?.[1];
  }, value);

interface Asserted {
  readonly name: string;
  readonly entered: boolean;
}

function advance(state: State, seen: Export, now: number): Asserted[] {
  for (const path of PATHS) {
    const value = at(seen.profile, path) ?? undefined;
    const known = state.values.get(path);
    const greater = known !== undefined && JSON.stringify(value) > JSON.stringify(known.value);
    if (value === undefined || (known && (now < known.at || (now === known.at && !greater)))) continue;
    state.values.set(path, { at: now, value });
  }
  return seen.assertions.flatMap((assertion) => {
    const name = NAMES.get(`${assertion.namespace}/${assertion.id}`);
    if (name === undefined) return [];
    const { member } = assertion;
    if (member) state.ever.add(name);
    const time = assertion.at ?? now * 1000;
    const known = state.standings.get(name);
    const wins = known === undefined || time > known.at || (time === known.at && known.member && !member);
    if (wins) state.standings.set(name, { at: time, member });
    return [{ name, entered: wins && member && known?.member !== true }];
  });
}

/** The rules that write Tier__c, the last of the file first. */
const TIERS = [
  { audience: 'lapsed', value: 'Lapsed' },
  { audience: 'vip', value: 'VIP' },
];

/** A rule that holds now; else the one whose exit is newest, of those that ever held. */
function tierOf({ standings, ever }: State): string | undefined {
  const holds = TIERS.find(({ audience }) => standings.get(audience)?.member);
  if (holds) return holds.value;
  const exits = TIERS.filter(({ audience }) => ever.has(audience)).map((rule) => ({
    ...rule,
    at: standings.get(rule.audience)?.at ?? 0,
  }));
  const newest = Math.max(...exits.map((rule) => rule.at));
  return exits.find((rule) => rule.at === newest)?.value;
}

function plan(state: State): Row | undefined {
  const known = (name: string): boolean => state.standings.has(name);
  const value = (path: string): unknown => state.values.get(path)?.value;
  const member = [...NAMES.values()].filter((name) => state.standings.get(name)?.member);
  const email = String(value('personalEmail.address') ?? '').toLowerCase();
  const row: Record<string, unknown> = {};
  if (known('high-propensity')) {
    row['FirstName'] = value('person.name.firstName');
    row['Email'] = email === '' ? undefined : email;
    row['Loyalty_Points__c'] = value('loyalty.points');
    row['Hot_Prospect__c'] = member.includes('high-propensity');
    row['Audiences__c'] = member.join(';');
  }
  row['Tier__c'] = tierOf(state);
  if (!['high-propensity', 'vip', 'lapsed'].some(known)) return undefined;
  row['LastName'] = value('person.name.lastName') ?? 'Unknown';
  return Object.fromEntries(Object.entries(row).filter(([, held]) => held !== undefined));
}

/** The rows of a CRM after these messages, in this order. */
export function oneByOne(log: readonly LogEntry[]): ActualRows {
  const states = new Map<string, State>();
  const contacts = new Map<string, Row>();
  const entries = new Map<string, Row>();
  for (const { body, at: now } of log) {
    for (const seen of readMessage(body)) {
      const who = seen && keyOf(seen);
      if (!seen || !who) continue;
      const { id, key } = who;
      const state = states.get(id) ?? {
        key,
        standings: new Map(),
        values: new Map(),
        ever: new Set<string>(),
      };
      states.set(id, state);
      const asserted = advance(state, seen, now);
      const row = plan(state);
      const refused = String(row?.['LastName']).length > 80;
      if (row && !refused) contacts.set(key, { ...contacts.get(key), ...row, AEP_Id__c: key });
      const entered = asserted.some((one) => one.name === 'vip' && one.entered);
      if (entered) entries.set(key, { AEP_Id__c: key, Entered__c: true });
    }
  }
  return { contacts: [...contacts.values()], entries: [...entries.values()] };
}
