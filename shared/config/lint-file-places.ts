import { quote } from '../core/names.js';
import { type NameReader, nameReader } from '../files/meaning/file-name.js';
import type { FileRule } from '../files/meaning/file-rule.js';
import { isOpen } from '../files/meaning/from.js';
import type { KnownAudiences } from '../files/meaning/known-audiences.js';
import { addressIn, type PlaceAddress } from '../files/places/address.js';
import type { PathFinding } from './places.js';

/** An entry of `files:`, and where it stands. */
export interface Placed {
  readonly rule: FileRule;
  readonly at: PathFinding['path'];
}

/** Pairs of entries that are held against each other; nobody has so many. */
const MOST_PAIRS = 1_000;

const addressOf = ({ from }: FileRule): PlaceAddress | undefined => {
  const address = isOpen(from) ? undefined : addressIn(from);
  return address?.ok ? address.value : undefined;
};

/** A server whose key is not pinned is not read from: anybody could be it. */
export function hostKeyFindings({ rule, at }: Placed): readonly PathFinding[] {
  if (addressOf(rule)?.kind !== 'sftp' || rule.auth?.['hostKey'] !== undefined) return [];
  const message =
    'has no hostKey, and without it nothing is read from an SFTP server; write its fingerprint, hostKey: "SHA256:…", which tributary doctor shows, once somebody who knows the server has confirmed it';
  return [{ code: 'check.file-host-key', path: [...at, 'auth'], message }];
}

/** A store, and what the names of an entry's files begin with there. */
interface Spot {
  readonly store: string;
  readonly prefix: string;
}

function spotOf(rule: FileRule): Spot {
  const address = addressOf(rule);
  if (!address) return { store: rule.from, prefix: '' };
  if (address.kind === 'file') return { store: 'file', prefix: `${address.path.replace(/\/+$/, '')}/` };
  const { prefix } = address;
  if (address.kind !== 'sftp') return { store: `${address.kind} ${address.root}`, prefix };
  return { store: JSON.stringify([address.user, address.host, address.port]), prefix };
}

/** What macros may stand for. */
const SAMPLES: Readonly<Record<string, string>> = {
  SEGMENT_ID: '59bd2fbd-3c48-4b18-bf56-4f5c5e6967ae',
  DATETIME: '20260101_000000',
  TIMESTAMP: '1767225600',
};

/** A name that a `match` takes; without one any will do. */
const sampleOf = ({ match = 'export.csv' }: FileRule): string =>
  match
    .replace(/^\//, '')
    .replace(/%([A-Z_]+)%/g, (_, macro: string) => SAMPLES[macro] ?? 'x')
    .replace(/\*+/g, 'x');

interface Entry extends Placed {
  readonly spot: Spot;
  readonly takes: NameReader;
}

/** A file that both would take; undefined when none is found. */
function sharedBy(a: Entry, b: Entry): string | undefined {
  if (a.spot.store !== b.spot.store) return undefined;
  const [outer, inner] = a.spot.prefix.length <= b.spot.prefix.length ? [a, b] : [b, a];
  if (!inner.spot.prefix.startsWith(outer.spot.prefix)) return undefined;
  const names = [inner, outer].map(({ rule }) => inner.spot.prefix + sampleOf(rule));
  return names.find((name) => a.takes(name) && b.takes(name));
}

function overlapOf(one: Entry, others: readonly Entry[]): PathFinding | undefined {
  const { rule, at } = one;
  for (const other of others) {
    const name = sharedBy(one, other);
    if (name === undefined) continue;
    const isSame = other.rule.from === rule.from && other.rule.match === rule.match;
    const message = isSame
      ? `means the same files as ${quote(other.rule.name)}: each would be worked twice`
      : `means files that ${quote(other.rule.name)} means, too, such as ${quote(name)}: each would be worked twice; tell them apart by their folders, or by "match"`;
    return { code: 'check.file-overlap', path: [...at, 'from'], message, other: [...other.at, 'from'] };
  }
  return undefined;
}

/** Entries that take files of an earlier one. */
export function overlapFindings(
  placed: readonly Placed[],
  audiences: KnownAudiences,
): readonly PathFinding[] {
  const entries = placed.map(
    (one): Entry => ({ ...one, spot: spotOf(one.rule), takes: nameReader(one.rule, audiences) }),
  );
  let pairs = 0;
  return entries.flatMap((one, i) => {
    pairs += i;
    return pairs > MOST_PAIRS ? [] : (overlapOf(one, entries.slice(0, i)) ?? []);
  });
}
