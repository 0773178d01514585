import type { CompiledRules } from '../core/compiled.js';
import { type Inflate, open } from '../core/envelope.js';
import { Fault, type Result } from '../core/fault.js';
import { type Person, personOf } from '../core/person.js';
import type { Message } from '../core/ports.js';
import { type ProfileExport, readProfile } from '../core/profile.js';

/** One record of one message: readable and addressed, readable without a key, or not readable at all. */
export type Entry = { readonly message: Message; readonly record: number } & (
  | { readonly kind: 'addressed'; readonly profile: ProfileExport; readonly person: Person }
  | { readonly kind: 'unaddressed'; readonly fault: Fault }
  | { readonly kind: 'malformed'; readonly fault: Fault }
);

/** An entry that belongs to a person. */
export type AddressedEntry = Extract<Entry, { kind: 'addressed' }>;

function toEntry(message: Message, record: number, item: Result<unknown>, rules: CompiledRules): Entry {
  const profile = item.ok ? readProfile(item.value) : item;
  if (!profile.ok) return { message, record, kind: 'malformed', fault: profile.fault };
  const person = personOf(profile.value, rules);
  if (person) return { message, record, kind: 'addressed', profile: profile.value, person };
  const keys = rules.keys.map(({ text }) => text).join(', ');
  const fault = new Fault(
    'person.unaddressed',
    `the record carries none of the keys of person.key (${keys})`,
  );
  return { message, record, kind: 'unaddressed', fault };
}

/** Opens a message into its records; on a replay only the one that is meant. Never throws for bad data. */
export function decodeMessage(
  message: Message,
  deps: { readonly rules: CompiledRules; readonly inflate: Inflate },
): readonly Entry[] {
  if (message.unreadable) return [{ message, record: 0, kind: 'malformed', fault: message.unreadable }];
  const items = open(message.body, deps.inflate);
  const [first] = items;
  // Nearly every message is one record: spares the list its detour.
  if (items.length === 1 && first && !message.record) return [toEntry(message, 0, first, deps.rules)];
  const entries = items.map((item, record) => toEntry(message, record, item, deps.rules));
  if (message.record === undefined) return entries;
  const meant = entries.filter(({ record }) => record === message.record);
  // Kept when this message was cut in another way than now: it must not vanish without an ending.
  return meant.length > 0 ? meant : [missing(message, message.record, entries.length)];
}

function missing(message: Message, record: number, count: number): Entry {
  const text = `record ${record} is meant, counting from 0, but the message now reads as ${count} records`;
  return { message, record, kind: 'malformed', fault: new Fault('decode.shape', text) };
}

/** The profiles of entries, as far as they could be read. */
export const profilesOf = (entries: readonly Entry[]): readonly ProfileExport[] =>
  entries.flatMap((entry) => (entry.kind === 'addressed' ? [entry.profile] : []));
