import type { Interest, Visited } from '../shared/stores/shelf.js';

/** Which kept messages are meant. What is not given is no condition. */
export interface Filter {
  /** Exact, or with a `*` at its end the beginning of it. */
  readonly source?: string | undefined;
  /** Exact, or a group such as `remote`. */
  readonly code?: string | undefined;
  /** One-way name, as in the logs; in the words of a command line also `namespace:id`. */
  readonly person?: string | undefined;
  /** Kept at that time or later, epoch milliseconds. */
  readonly since?: number | undefined;
  /** Refs as listed, or their beginning; ids of messages; ids with `#` and the record. Any of them. */
  readonly records: readonly string[];
}

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const REF = /^[0-9a-f]{4,12}$/;
const FULL_REF = /^[0-9a-f]{12}$/;

/** Reads `90m`, `2h`, `7d` (ago) or a date and time of ISO 8601; nothing when it is neither. */
export function readSince(text: string, now: number): number | undefined {
  const [, count, unit] = /^(\d+)([mhd])$/.exec(text) ?? [];
  if (unit === 'm' || unit === 'h' || unit === 'd') return now - Number(count) * UNIT_MS[unit];
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

const matchesSource = (source: string, wanted: string): boolean =>
  wanted.endsWith('*') ? source.startsWith(wanted.slice(0, -1)) : source === wanted;

function isNamed({ ref, found }: Visited, wanted: string): boolean {
  if (REF.test(wanted) && ref.startsWith(wanted)) return true;
  if (!found.ok) return ref === wanted;
  const { message, record } = found.value;
  return message.id === wanted || `${message.id}#${record ?? ''}` === wanted;
}

/** True for what the filter means. Of what cannot be read only its ref and its fault are known. */
export function matches(visited: Visited, { source, code, person, since, records }: Filter): boolean {
  const { found } = visited;
  const kept = found.ok ? found.value : undefined;
  const why = (kept?.fault ?? (found.ok ? undefined : found.fault))?.code ?? '';
  if (code !== undefined && why !== code && !why.startsWith(`${code}.`)) return false;
  if (source !== undefined && !matchesSource(kept?.message.source ?? '', source)) return false;
  if (person !== undefined && kept?.person !== person) return false;
  if (since !== undefined && !(kept && kept.at >= since)) return false;
  return records.length === 0 || records.some((wanted) => isNamed(visited, wanted));
}

/** What of the filter spares a place from being read whole. */
export function interestOf({ since, records }: Filter): Interest {
  const [only, second] = records;
  return { since, ref: only && !second && FULL_REF.test(only) ? only : undefined };
}

/** True when nothing is asked for in particular. */
export const isEverything = ({ source, code, person, since, records }: Filter): boolean =>
  [source, code, person, since].every((one) => one === undefined) && records.length === 0;
