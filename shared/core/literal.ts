import type { Literal } from './expression.js';
import { type Token, Unreadable } from './expression-tokens.js';
import { parseTime } from './time.js';

/** Units of durations, for hints. */
export const UNITS = ['minutes', 'hours', 'days', 'weeks'] as const;

const SECONDS: Readonly<Record<string, number>> = { minute: 60, hour: 3_600, day: 86_400, week: 604_800 };

/** Microseconds of a unit, singular or plural; undefined when it is none. */
export function microsOf(unit: string): number | undefined {
  const single = unit.replace(/s$/, '');
  return Object.hasOwn(SECONDS, single) ? (SECONDS[single] ?? 0) * 1_000_000 : undefined;
}

/** The value a token stands for; undefined when it stands for none. Throws {@link Unreadable} for one nobody can mean. */
export function literalOf(kind: Token['kind'], text: string, at: number): Literal | undefined {
  if (kind === 'text') return { type: 'text', value: text };
  if (kind === 'word' && (text === 'true' || text === 'false'))
    return { type: 'boolean', value: text === 'true' };
  if (kind === 'number') {
    const value = Number(text);
    if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return { type: 'number', value };
    throw new Unreadable(at, `${text} is too large to be exact; if it is an id, put it in quotes`);
  }
  if (kind !== 'date') return undefined;
  const value = parseTime(text);
  if (value === undefined) throw new Unreadable(at, `${text} is no date of the calendar`);
  return { type: 'date', value };
}
