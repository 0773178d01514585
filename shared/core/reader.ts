import { canonical } from './fingerprint.js';
import type { Json } from './ports.js';
import type { FilePath, Reader, Scope } from './scope.js';
import type { FieldSource } from './source.js';

const CASTS: Record<string, (value: Json) => Json | undefined> = {
  lowercase: (value) => (typeof value === 'string' ? value.toLowerCase() : value),
  uppercase: (value) => (typeof value === 'string' ? value.toUpperCase() : value),
  trim: (value) => (typeof value === 'string' ? value.trim() : value),
  // Members in order: the text of an object must not depend on which of two equal records came first.
  string: (value) => (typeof value === 'object' ? canonical(value) : String(value)),
  number: toNumber,
  boolean: toBoolean,
};

/**
 * A decimal number as people write it: `Number` would also take `0x10` and nothing at all. Each digit can belong to one
 * part only, so that a long text that is no number is seen through in one pass.
 */
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

function toNumber(value: Json): Json | undefined {
  if (typeof value === 'number') return value;
  const number = typeof value === 'string' && DECIMAL.test(value.trim()) ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}

function toBoolean(value: Json): Json | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'object') return undefined;
  const text = String(value).toLowerCase();
  if (text === 'true' || text === '1' || text === 'y') return true;
  return text === 'false' || text === '0' || text === 'n' ? false : undefined;
}

/** Compiles a source to a reader; what is wrong with it is reported to the scope at `at`. */
export function readerOf(source: FieldSource, scope: Scope, at: FilePath): Reader {
  if ('key' in source) return ({ key }) => key;
  if ('value' in source) return () => source.value;
  if ('member' in source) {
    const key = scope.audience(source.member, [...at, 'member']);
    return ({ view }) => view.standing.get(key)?.member ?? false;
  }
  if ('audiences' in source) return audienceNames(source.join, scope);
  return attribute(source, scope);
}

function attribute(
  source: { from: string; default?: Json | undefined; as?: string | undefined },
  scope: Scope,
): Reader {
  const read = scope.value(source.from);
  const cast = source.as === undefined ? undefined : CASTS[source.as];
  return (sight) => {
    const known = read(sight);
    if (known === undefined) return source.default;
    return cast === undefined ? known : cast(known);
  };
}

function audienceNames(join: string | undefined, scope: Scope): Reader {
  const all = scope.audiences();
  return ({ view }) => {
    const names = all.filter(({ key }) => view.standing.get(key)?.member).map(({ name }) => name);
    return join === undefined ? names : names.join(join);
  };
}
