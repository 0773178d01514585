import type { CompiledRules } from '../core/compile.js';
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
  deps: { rules: CompiledRules; inflate: Inflate },
): readonly Entry[] {
  const entries = open(message.body, deps.inflate).map((item, i) => toEntry(message, i, item, deps.rules));
  return message.record === undefined ? entries : entries.filter(({ record }) => record === message.record);
}
