import { ok } from '../shared/core/fault.js';
import { plural } from '../shared/core/plural.js';
import { readProfile } from '../shared/core/profile.js';
import type { PersonKeys } from '../shared/files/intake/deps.js';
import { partMissing } from '../shared/files/intake/parts.js';
import {
  exitBody,
  linesOf,
  type Presence,
  pairIn,
  pairsOfOthers,
  presenceOf,
} from '../shared/files/intake/presence.js';
import type { FileMeaning } from '../shared/files/meaning/file-meaning.js';
import { pathOf } from './batch-entry.js';
import type { InputRecord } from './batch-files.js';
import { WrongUse } from './wrong-use.js';

type Body = Readonly<Record<string, unknown>>;

/** One full export, as far as it has been read. */
interface FullExport {
  /** The name without the number of a part: parts have the same. */
  readonly stem: string;
  /** The last of its files, and the numbers of all parts by their names. */
  name: string;
  readonly parts: Map<string, number>;
  /** Whether its manifest would say which parts there are. */
  readonly hasManifest: boolean;
  /** Epoch milliseconds. */
  time: number;
  /** Whether it is only there to be compared with. */
  readonly isPrevious: boolean;
  readonly mostExits: number;
  /** Members by the best of their ids, and everybody under every id. */
  readonly members: Map<string, Presence>;
  readonly present: Set<string>;
  badRows: number;
}

/** The full exports of one entry about one audience (or about those that rows tell). */
interface Family {
  /** The one before, with the members of those that have not been compared with it. */
  last: FullExport | undefined;
  now: FullExport;
}

/** What is told of full exports. */
export interface ExportsTold {
  readonly note: (text: string) => void;
  /** What people call an audience. */
  readonly titleOf: (namespace: string, id: string) => string;
  /** Somebody would have to agree first: whether the exits are shown, or sent, all the same. */
  readonly mayLeave: (why: string, count: number) => boolean;
}

const percent = (share: number): string => `${Math.round(share * 1000) / 10}%`;

/** How many there are of each audience. */
function byAudience(people: Iterable<Presence>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { audience } of people) counts.set(audience, (counts.get(audience) ?? 0) + 1);
  return counts;
}

/** Why a deployment would wait for somebody before it takes these people out; undefined when it would not. */
function objectionTo(
  gone: readonly Presence[],
  last: FullExport,
  now: FullExport,
  titleOf: ExportsTold['titleOf'],
): string | undefined {
  if (now.badRows > 0)
    return `${plural(now.badRows, 'row')} of it cannot be read, and whoever they are about counts as missing`;
  const left = byAudience(gone);
  for (const [audience, was] of byAudience(last.members.values())) {
    const missing = left.get(audience) ?? 0;
    if (missing <= was * now.mostExits) continue;
    // A list of two texts, as personKeysBy spells audiences.
    const [namespace, id] = JSON.parse(audience) as [string, string];
    return `${missing} of ${plural(was, 'member')} of the audience ${titleOf(namespace, id)} are missing, ${percent(missing / was)} and so more than the ${percent(now.mostExits)} of "most exits"`;
  }
  return undefined;
}

/** Adds the members of an export to one that was not compared with it: whoever comes next is compared with both. */
function takeOver(last: FullExport, now: FullExport): void {
  for (const [pair, presence] of last.members) if (!now.members.has(pair)) now.members.set(pair, presence);
  now.name = `${last.name} and ${now.name}`;
}

/** Compares each full export that is read with those before it that are not compared yet, as a deployment does; in memory. */
export class FullExports {
  private readonly families = new Map<string, Family>();
  private readonly keysOf: (body: Body) => PersonKeys;
  private readonly told: ExportsTold;

  constructor(keysOf: (body: Body) => PersonKeys, told: ExportsTold) {
    this.keysOf = keysOf;
    this.told = told;
  }

  /**
   * A file begins, of the time `at`. Gives the exits of the export before it, when that has come to its end thereby; and whether
   * there is one to compare with, so that rows count as of the time of the file.
   */
  begin(name: string, { rule, nameOf, audiences }: FileMeaning, at: number, isPrevious: boolean) {
    const said = nameOf(pathOf(name));
    const declared = typeof rule.audience === 'string' ? audiences.declared(rule.audience) : said?.audience;
    const key = JSON.stringify([rule.name, declared?.namespace, declared?.id]);
    const stem = said?.export ?? name;
    const family = this.families.get(key);
    const part = said?.part ?? 1;
    if (family?.now.stem === stem) {
      family.now.name = name;
      family.now.parts.set(name, part);
      family.now.time = Math.max(family.now.time, at);
      return { exits: [], family, isCompared: family.last !== undefined };
    }
    if (family && at < family.now.time)
      throw new WrongUse(
        `${name} is older than ${family.now.name}: give full exports in the order of their times, and --previous the one before`,
      );
    const { mostExits = 0 } = rule.snapshot ?? {};
    const hasManifest = rule.complete.kind === 'manifest';
    const parts = new Map([[name, part]]);
    const fresh = { stem, name, parts, hasManifest, time: at, isPrevious, mostExits, badRows: 0 };
    const now: FullExport = { ...fresh, members: new Map(), present: new Set() };
    const exits = family ? this.end(family) : [];
    if (!exits && family?.last) takeOver(family.last, family.now);
    const next: Family = { last: family?.now, now };
    this.families.set(key, next);
    return { exits: exits ?? [], family: next, isCompared: next.last !== undefined };
  }

  /** Takes notice of a row. */
  row({ now }: Family, item: InputRecord['item']): void {
    const profile = item.ok ? readProfile(item.value) : item;
    if (!item.ok || !profile.ok) {
      now.badRows += 1;
      return;
    }
    // Rows of batch files are made objects.
    for (const line of linesOf(this.keysOf(item.value as Body))) {
      const pair = pairIn(line);
      now.present.add(pair);
      const presence = now.members.has(pair) ? undefined : presenceOf(line);
      if (presence?.member) now.members.set(pair, presence);
    }
  }

  /** The exits of all exports that have come to their end now. */
  endAll(): readonly InputRecord[] {
    return [...this.families.values()].flatMap((family) => this.end(family) ?? []);
  }

  /** The exits of an export that has come to its end; undefined when nobody is taken out by it, as a deployment would wait. */
  private end({ last, now }: Family): readonly InputRecord[] | undefined {
    if (now.isPrevious) return [];
    if (!last) {
      this.told.note(
        `${now.name} is a full export (snapshot): who is missing in it has left, but that shows only against the one before it; give that with --previous FILE`,
      );
      return [];
    }
    const { stem, parts, hasManifest } = now;
    const partIn = (name: string) => ({ part: parts.get(name) ?? 1 });
    const missing = partMissing({ stem, entries: [], read: [...parts.keys()], expected: [] }, partIn);
    if (missing) {
      this.told.note(missing.message);
      return undefined;
    }
    if (hasManifest)
      this.told.note(
        `whether all files of the export of ${now.name} are here is not checked against its manifest; a deployment waits for those that it lists`,
      );
    const gone = [...last.members.values()].filter(
      (one) => ![one.pair, ...pairsOfOthers(one)].some((pair) => now.present.has(pair)),
    );
    const objection = gone.length > 0 ? objectionTo(gone, last, now, this.told.titleOf) : undefined;
    const text = `${gone.length} of ${plural(last.members.size, 'member')} of ${last.name} are missing in ${now.name}`;
    if (objection === undefined) this.told.note(`${text}; they leave`);
    else if (!this.told.mayLeave(`${text}; ${objection}`, gone.length)) return undefined;
    const at = now.time - 1;
    return gone.map((one, i) => ({
      file: now.name,
      line: 0,
      // Of no row: apart from the offsets of those.
      offset: -1 - i,
      at,
      isMissing: true,
      item: ok(exitBody(one, at)),
    }));
  }
}
