import type { AuditEntry } from '../core/audit.js';
import type { CompiledRules } from '../core/compiled.js';
import type { AudienceRecord } from '../door/audience.js';
import type { Why, WhyPerson, WhyRow } from './why.js';

/** What things of the rule file and of Adobe are called, as far as that is known where it is asked. */
export interface WhyNames {
  /** The name that the rule file has for an audience, by `namespace/id`. */
  readonly audiences: ReadonlyMap<string, string>;
  /** Its name in Adobe. */
  readonly titles: ReadonlyMap<string, string>;
  /** `file:line` of a rule, in the file as it is now; undefined when it has no such rule. */
  readonly ruleAt: (name: string) => string | undefined;
}

/** An entry with everything named, times in ISO 8601: what is printed, and what `--json` gives. */
export type ToldEntry = ReturnType<typeof toldEntry>;
export interface ToldRow extends Omit<WhyRow, 'entries' | 'dropped'> {
  readonly entries: readonly ToldEntry[];
  /** When the newest of those happened for which there was no room. */
  readonly dropped?: string;
}
export interface ToldPerson extends Pick<ToldRow, 'entries' | 'dropped'> {
  readonly now?: ReturnType<typeof toldNow>;
}
export interface Told {
  readonly rows: readonly ToldRow[];
  readonly persons: readonly ToldPerson[];
}

/** No time of a state is out of the range of dates, unless somebody has altered it. */
const iso = (ms: number): string => (Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : 'never');

function audienceNamed(key: string, { audiences, titles }: WhyNames) {
  const [name, title] = [audiences.get(key), titles.get(key)];
  return { key, ...(name !== undefined && { name }), ...(title !== undefined && { title }) };
}

/** The rules that an entry names, each with its place. */
function rulesIn({ rules, fields, muted = [] }: AuditEntry, { ruleAt }: WhyNames) {
  const names = [...new Set([...rules, ...fields.map(({ rule }) => rule), ...muted])];
  return names.map((name) => {
    const at = ruleAt(name);
    return { name, ...(at !== undefined && { at }) };
  });
}

function toldEntry(entry: AuditEntry, names: WhyNames) {
  const { at, persons, audiences, messages, spelling: _, ...rest } = entry;
  return {
    at: iso(at),
    ...rest,
    rules: rulesIn(entry, names),
    persons: persons.map(({ name }) => name),
    audiences: audiences.map(({ key, at: since, ...more }) => ({
      ...audienceNamed(key, names),
      ...more,
      at: iso(since / 1000),
    })),
    messages: messages.map((message) => ({ ...message, at: iso(message.at) })),
  };
}

const toldEntries = ({ entries, dropped }: Pick<WhyRow, 'entries' | 'dropped'>, names: WhyNames) => ({
  entries: entries.map((entry) => toldEntry(entry, names)),
  ...(dropped !== undefined && { dropped: iso(dropped) }),
});

const toldNow = ({ standing, newestRecord, unsure }: NonNullable<WhyPerson['now']>, names: WhyNames) => ({
  audiences: standing.map(({ key, member, at }) => ({
    ...audienceNamed(key, names),
    member,
    at: iso(at / 1000),
  })),
  ...(newestRecord > 0 && { newestRecord: iso(newestRecord) }),
  unsure,
});

/** An answer as people read it. */
export const tellWhy = ({ rows, persons }: Why, names: WhyNames): Told => ({
  rows: rows.map(({ entries, dropped, ...row }) => ({ ...row, ...toldEntries({ entries, dropped }, names) })),
  persons: persons.map(({ now, ...person }) => ({
    ...toldEntries(person, names),
    ...(now && { now: toldNow(now, names) }),
  })),
});

/** What is known without a book of audiences and without a rule file. */
export const NO_NAMES: WhyNames = { audiences: new Map(), titles: new Map(), ruleAt: () => undefined };

/** The names that a rule file gives to audiences, by `namespace/id`. */
export const declaredNames = ({ audiences }: CompiledRules): ReadonlyMap<string, string> =>
  new Map([...audiences.values()].flatMap((ids) => [...ids.values()].map(({ key, name }) => [key, name])));

/** What Adobe calls audiences. Who registers one tells no namespace: that of segments is usual. */
export const titlesIn = (records: readonly AudienceRecord[]): ReadonlyMap<string, string> =>
  new Map(
    records.flatMap(({ audience, namespace = 'ups', name }) =>
      audience === undefined ? [] : [[`${namespace.toLowerCase().replaceAll('/', '%2F')}/${audience}`, name]],
    ),
  );
