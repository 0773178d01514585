import type { CompiledRules, KeySource } from './compiled.js';
import { valueAt } from './path.js';
import type { ProfileExport } from './profile.js';

/** Who a record is about, under the customer's `person.key`. */
export interface Person {
  /** `entry:value`, unique in the state store. */
  readonly id: string;
  /** The value alone: `$key` in rules. */
  readonly key: string;
}

/**
 * A value as it may address a person or a row: text without white space around, or a whole number that is exact. A number
 * too large to be exact would address somebody else.
 */
export function keyText(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
  const text = typeof value === 'string' ? value.trim() : '';
  return text === '' ? undefined : text;
}

/** The smallest of several ids: payloads promise no order, so the choice must not depend on it. */
function smallest(ids: readonly string[]): string | undefined {
  let least: string | undefined;
  for (const id of ids) if (least === undefined || id < least) least = id;
  return least?.trim();
}

/** The identity of a namespace (small letters): the one marked primary, else the smallest; undefined when there is none. */
export function identityOf(profile: ProfileExport, namespace: string): string | undefined {
  const primary = profile.primary.get(namespace);
  return (primary ?? smallest(profile.identities.get(namespace) ?? []))?.trim();
}

function keyOf(profile: ProfileExport, source: KeySource): string | undefined {
  if (source.kind === 'attribute') return keyText(valueAt(profile.body, source.path));
  return identityOf(profile, source.namespace);
}

/** The first entry of `person.key` that the record carries; undefined when it carries none (unaddressed). */
export function personOf(profile: ProfileExport, rules: CompiledRules): Person | undefined {
  for (const source of rules.keys) {
    const key = keyOf(profile, source);
    if (key !== undefined) return { id: `${source.text}:${key}`, key };
  }
  return undefined;
}
