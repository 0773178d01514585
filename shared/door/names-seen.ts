import { createHash } from 'node:crypto';
import { Fault } from '../core/fault.js';
import type { Clock, Log } from '../core/ports.js';
import type { ProfileExport } from '../core/profile.js';
import { type AudienceRecord, formerlyOf } from './audience.js';
import type { AudienceBook } from './audience-book.js';
import { isObject } from './members.js';

/** Keeps the names of audiences that exports carry ("Include Segment Names") in the book. */
export interface NamesSeen {
  /** Looks at exports; true when there is a name to keep: one that this process has not met yet, or could not keep. */
  see(profiles: readonly ProfileExport[]): boolean;
  /** Writes new names into the book, a few at a time, those that are wanted first. */
  keep(wanted?: ReadonlySet<string>): Promise<void>;
  /** True while a book that did not answer is left alone. */
  rests(): boolean;
  /** What the book says once the names are in it that are still to be written. */
  over(records: readonly AudienceRecord[]): readonly AudienceRecord[];
}

/** What an export says. */
interface Seen {
  readonly namespace: string;
  readonly audience: string;
  readonly name: string;
}

/** Most names a process remembers, and the book takes from exports: more audiences than an organisation may have. */
const MOST_NAMES = 5_000;
/** Most written after one batch: a first batch must not wait for hundreds of writes. */
const MOST_AT_ONCE = 20;
/** How long a batch waits for its names to be written, milliseconds. */
const PATIENCE_MS = 2_000;
/** How long a book that did not answer is left alone, milliseconds. */
const REST_MS = 60_000;
/** A name longer than Adobe's own. */
const MOST_CHARACTERS = 1_000;

const seenId = ({ namespace, audience }: Seen): string =>
  `seen_${createHash('sha256')
    .update(JSON.stringify([namespace, audience]))
    .digest('hex')
    .slice(0, 24)}`;

const cleaned = (name: string): string =>
  name
    .replace(/\p{Cc}/gu, ' ')
    .trim()
    .slice(0, MOST_CHARACTERS);

/** Every name by namespace and audience; an old name that comes again with an old export is no news. */
class Met {
  readonly #names = new Map<string, Map<string, Set<string>>>();
  #count = 0;

  has(namespace: string, audience: string, name: string): boolean {
    return this.#names.get(namespace)?.get(audience)?.has(name) ?? false;
  }

  /** True when it is remembered from now on. */
  add(namespace: string, audience: string, name: string): boolean {
    if (this.#count >= MOST_NAMES) return false;
    this.#count += 1;
    const ids = this.#names.get(namespace) ?? new Map<string, Set<string>>();
    const names = ids.get(audience) ?? new Set<string>();
    this.#names.set(namespace, ids.set(audience, names.add(name)));
    return true;
  }
}

/** What the book says of an audience after an export has told its name; an old name changes nothing. */
function after(known: AudienceRecord | undefined, seen: Seen, now: string): AudienceRecord {
  const { namespace, audience, name } = seen;
  if (known && (known.name === name || known.formerly?.includes(name))) return known;
  const formerly = formerlyOf(known, name);
  const created = known?.created ?? now;
  return { id: seenId(seen), name, audience, namespace, seen: true, created, updated: now, ...formerly };
}

/** Names seen by this process, which are written into the book once. */
export function namesSeen(deps: {
  readonly book: AudienceBook;
  readonly clock: Clock;
  readonly log: Log;
}): NamesSeen {
  const { book, clock, log } = deps;
  const met = new Met();
  const news = new Map<string, Seen>();
  let notBefore = 0;

  async function write(wanted: ReadonlySet<string>, deadline: number): Promise<void> {
    const records = await book.all(deadline);
    const known = new Map(records.map((record) => [record.id, record]));
    const now = new Date(clock.now()).toISOString();
    let room = MOST_NAMES - records.filter(({ seen }) => seen).length;
    let left = MOST_AT_ONCE;
    const isWanted = ({ name }: Seen): number => Number(wanted.has(name));
    for (const [key, seen] of [...news].sort(([, a], [, b]) => isWanted(b) - isWanted(a))) {
      const id = seenId(seen);
      const old = known.get(id);
      const isNew = after(old, seen, now) !== old;
      if (isNew && left === 0) return;
      news.delete(key);
      if (!isNew || (old === undefined && room-- <= 0)) continue;
      left -= 1;
      await book.change(id, (last) => after(last, seen, now), deadline);
    }
  }

  const rests = (): boolean => clock.now() < notBefore;

  /** This runs for every membership of every record, so it makes nothing of names that are known. */
  function look({ body }: ProfileExport): void {
    const all = body['segmentMembership'];
    if (!isObject(all)) return;
    for (const namespace in all) {
      const audiences = all[namespace];
      if (!isObject(audiences)) continue;
      for (const audience in audiences) {
        const member = audiences[audience];
        const name = isObject(member) ? member['name'] : undefined;
        if (typeof name !== 'string' || met.has(namespace, audience, name)) continue;
        const seen = { namespace: namespace.toLowerCase(), audience, name: cleaned(name) };
        if (met.add(namespace, audience, name) && seen.name !== '') news.set(JSON.stringify(seen), seen);
      }
    }
  }

  return {
    see(profiles) {
      const before = news.size;
      for (const profile of profiles) look(profile);
      return news.size > before || (news.size > 0 && !rests());
    },
    rests,
    over(records) {
      const all = new Map(records.map((record) => [record.id, record]));
      const now = new Date(clock.now()).toISOString();
      for (const seen of news.values()) all.set(seenId(seen), after(all.get(seenId(seen)), seen, now));
      return [...all.values()];
    },
    async keep(wanted = new Set()) {
      if (rests()) return;
      try {
        await write(wanted, clock.now() + PATIENCE_MS);
      } catch (fault) {
        if (!(fault instanceof Fault)) throw fault;
        notBefore = clock.now() + REST_MS;
        log.write('warn', 'audience.names-unkept', { fault: fault.code, names: news.size });
      }
    },
  };
}
