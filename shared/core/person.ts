import { type CompiledRules, type KeySource, valueAt } from './compile.js';
import type { ProfileExport } from './profile.js';

/** Who a record is about, under the customer's `person.key`. */
export interface Person {
  /** `entry:value`, unique in the state store. */
  readonly id: string;
  /** The value alone: `$key` in rules. */
  readonly key: string;
}

const usable = (value: unknown): string | undefined => {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
};

/** The smallest of several ids: payloads promise no order, so the choice must not depend on it. */
function smallest(ids: readonly string[]): string | undefined {
  let least: string | undefined;
  for (const id of ids) if (least === undefined || id < least) least = id;
  return least?.trim();
}

function keyOf(profile: ProfileExport, source: KeySource): string | undefined {
  if (source.kind === 'attribute') return usable(valueAt(profile.body, source.path));
  const primary = profile.primary.get(source.namespace);
  return (primary ?? smallest(profile.identities.get(source.namespace) ?? []))?.trim();
}

/** The first entry of `person.key` that the record carries; undefined when it carries none (unaddressed). */
export function personOf(profile: ProfileExport, rules: CompiledRules): Person | undefined {
  for (const source of rules.keys) {
    const key = keyOf(profile, source);
    if (key !== undefined) return { id: `${source.text}:${key}`, key };
  }
  return undefined;
}
