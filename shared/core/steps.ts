import { CASTS, type Cast, rounded, textOf } from './casts.js';
import type { Result } from './fault.js';
import type { Json } from './ports.js';
import type { FilePath, Scope } from './scope.js';
import type { Conversions } from './source.js';
import { isDay, parseTime } from './time.js';

/** Without a value nothing else in the file is affected: the finding keeps the file from running. */
const NOTHING: Cast = () => undefined;

const joined =
  (separator: string): Cast =>
  (value) => {
    if (!Array.isArray(value)) return value;
    return value
      .map(textOf)
      .filter((text) => text !== undefined)
      .join(separator);
  };

function lookedUp(table: Readonly<Record<string, Json>>): Cast {
  const entries = new Map(Object.entries(table));
  return (value) => {
    const text = textOf(value);
    return text === undefined ? undefined : entries.get(text);
  };
}

/** What a library makes of a setting, or a finding at that setting. */
function borrowed<T>(result: Result<T>, scope: Scope, at: FilePath): T | undefined {
  if (result.ok) return result.value;
  scope.find(at, result.fault.message, result.fault.code);
  return undefined;
}

function dated(format: string, zone: string | undefined, scope: Scope, at: FilePath): Cast {
  const inUtc = borrowed(scope.tools.date(format, 'UTC'), scope, [...at, 'date']);
  if (inUtc === undefined) return NOTHING;
  const inZone = zone && borrowed(scope.tools.date(format, zone), scope, [...at, 'zone']);
  return (value) => {
    const micros = parseTime(value);
    if (micros === undefined) return undefined;
    return inZone && !isDay(value) ? inZone(micros) : inUtc(micros);
  };
}

function dialled(country: string, scope: Scope, at: FilePath): Cast {
  const phone = scope.tools.phone(country === 'international' ? undefined : country);
  const read = borrowed(phone, scope, [...at, 'phone']);
  if (read === undefined) return NOTHING;
  return (value) => {
    const text = typeof value === 'boolean' ? undefined : textOf(value);
    return text === undefined ? undefined : read(text);
  };
}

function hashed(scope: Scope, at: FilePath): Cast {
  const hash = borrowed(scope.tools.sha256(), scope, [...at, 'hash']);
  if (hash === undefined) return NOTHING;
  return (value) => {
    const text = textOf(value);
    return text === undefined ? undefined : hash(text);
  };
}

/**
 * The steps that a value goes through, in this order whatever their order in the file: `join`, `as`, one of `lookup`,
 * `date`, `phone` and `decimals`, `hash`. What a library cannot make sense of is reported to the scope.
 */
export function stepsOf(source: Conversions, scope: Scope, at: FilePath): readonly Cast[] {
  const { join, as, lookup, date, zone, phone, decimals, hash } = source;
  const steps: Cast[] = [];
  if (join !== undefined) steps.push(joined(join));
  if (as !== undefined) steps.push(...[as].flat().map((name) => CASTS[name]));
  if (lookup !== undefined) steps.push(lookedUp(lookup));
  if (date !== undefined) steps.push(dated(date, zone, scope, at));
  if (phone !== undefined) steps.push(dialled(phone, scope, at));
  if (decimals !== undefined) steps.push((value) => rounded(value, decimals));
  if (hash !== undefined) steps.push(hashed(scope, at));
  return steps;
}
