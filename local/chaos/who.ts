import { type Export, isObject } from '../demo/oracle-reading.js';

/** Where a person is known in the end: under the best id that leads nowhere else. */
export interface Home {
  readonly id: string;
  readonly key: string;
}

/** Whose a record is, by all that the records say together. */
export interface Belongs {
  /** Persons it may belong to: none while nobody with a key is known, several when its best id is shared. */
  readonly homes: readonly Home[];
  /** It carries no key itself. */
  readonly waits: boolean;
  /** In some orders it cannot be told whose it is, and then it is kept as a letter instead. */
  readonly isOpen: boolean;
}

/** Who is who, by all records together. */
export interface Who {
  /** Nothing for a record that carries neither a key nor an id to wait under. */
  of(seen: Export): Belongs | undefined;
  /** Best ids of records under which nobody with a key is known. */
  readonly waiting: readonly string[];
  /** Ids that several persons claim. */
  readonly shared: readonly string[];
  /** Ids that lead to one person, and beyond doubt. */
  readonly leading: readonly string[];
  /** Keys under which something may have been done before a better one was known → the persons they lead to. */
  readonly lesser: ReadonlyMap<string, readonly Home[]>;
}

/** One id of a record; without a key it can only wait. */
interface Id {
  readonly id: string;
  readonly key: string | undefined;
}

const trimmed = (ids: readonly string[] = []): string[] => ids.map((id) => id.trim());

function address({ profile }: Export): string[] {
  const { personalEmail } = profile;
  const value = isObject(personalEmail) ? personalEmail['address'] : undefined;
  return typeof value === 'string' && value.trim() !== '' ? [value.trim()] : [];
}

/** The best id of a record, and those of worse entries of `person.key` and `person.wait` (more-rules.yaml). */
function idsOf(seen: Export): readonly [Id, ...Id[]] | undefined {
  const { identities } = seen;
  const entries: readonly (readonly [string, readonly string[], boolean])[] = [
    ['crmid', trimmed(identities.get('crmid')), true],
    ['email', trimmed(identities.get('email')), true],
    ['personalEmail.address', address(seen), true],
    ['ecid', trimmed(identities.get('ecid')), false],
  ];
  const found = entries.map(([name, values, isKey]): Id[] =>
    values.map((value) => ({ id: `${name}:${value}`, key: isKey ? value : undefined })),
  );
  const [first, ...worse] = found.filter((ids) => ids.length > 0);
  const [best] = first ?? [];
  return best && [best, ...worse.flat()];
}

/** Ids that lead on, each to the best ids of the records that carry it. */
type Ways = ReadonlyMap<string, ReadonlySet<string>>;

/** Where an id leads in the end: every way goes to a better entry, so that it ends. */
function endsOf(id: string, ways: Ways): ReadonlySet<string> {
  const next = ways.get(id);
  return next ? new Set([...next].flatMap((one) => [...endsOf(one, ways)])) : new Set([id]);
}

/**
 * Follows the ids of all records at once, so that no order can matter. What comes under an id alone is beyond doubt when
 * all who carry that id beside a better one carry the same, and that one is the person's best.
 */
export function whoIsWho(records: Iterable<Export>): Who {
  const known = new Map<Export, readonly [Id, ...Id[]]>();
  const ways = new Map<string, Set<string>>();
  const keys = new Map<string, string>();
  for (const seen of records) {
    const ids = idsOf(seen);
    if (ids === undefined) continue;
    const [best, ...others] = ids;
    known.set(seen, ids);
    if (best.key !== undefined) keys.set(best.id, best.key);
    for (const { id } of others) ways.set(id, (ways.get(id) ?? new Set()).add(best.id));
  }
  const homesOf = (id: string): Home[] =>
    [...endsOf(id, ways)].flatMap((end) => {
      const key = keys.get(end);
      return key === undefined ? [] : [{ id: end, key }];
    });
  const isPlain = (id: string): boolean => {
    const [first, ...more] = ways.get(id) ?? [];
    return first === undefined || (more.length === 0 && !ways.has(first));
  };
  const lesser = new Map<string, readonly Home[]>();
  for (const [id, key] of keys) if (ways.has(id)) lesser.set(key, homesOf(id));
  const led = [...ways.keys()];
  return {
    waiting: [...new Set([...known.values()].map(([{ id }]) => id))].filter((id) => homesOf(id).length === 0),
    shared: led.filter((id) => homesOf(id).length > 1),
    leading: led.filter((id) => homesOf(id).length === 1 && isPlain(id)),
    of(seen) {
      const [best] = known.get(seen) ?? [];
      if (best === undefined) return undefined;
      return { homes: homesOf(best.id), waits: best.key === undefined, isOpen: !isPlain(best.id) };
    },
    lesser,
  };
}
