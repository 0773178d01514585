import { canonical } from '../core/fingerprint.js';
import type { Json } from '../core/ports.js';
import type { Action } from '../core/remote.js';
import type { ExpectedAction } from '../core/test-case.js';

/** One thing that is not as it was expected; a side that is not there is undefined. */
export interface FieldDifference {
  readonly name: string;
  readonly expected: Json | undefined;
  readonly actual: Json | undefined;
}

/** What is wrong with the actions of a case. */
export type Difference =
  /** Expected, and nothing of the kind was done. */
  | { readonly kind: 'missing'; readonly expected: ExpectedAction }
  /** Done, and nothing of the kind was expected. */
  | { readonly kind: 'unexpected'; readonly actual: Action }
  /** Done, but otherwise. */
  | { readonly kind: 'different'; readonly actual: Action; readonly fields: readonly FieldDifference[] };

const same = (a: Json, b: Json | undefined): boolean => b !== undefined && canonical(a) === canonical(b);

function differing(
  expected: Readonly<Record<string, Json>>,
  actual: Readonly<Record<string, Json>>,
): readonly FieldDifference[] {
  return Object.entries(expected)
    .filter(([name, value]) => !same(value, actual[name]))
    .map(([name, value]) => ({ name, expected: value, actual: actual[name] }));
}

/** Whether an action is of the kind that was expected, so that comparing the two says something. */
const isOfKind = (expected: ExpectedAction, actual: Action): boolean =>
  expected.operation === actual.operation && expected.target === `${actual.connection}/${actual.object}`;

/** Everything in which an action is not what was expected. */
function differences(expected: ExpectedAction, actual: Action): readonly FieldDifference[] {
  const { list, match = {}, set = {}, without = [], only } = expected;
  const tooMuch = Object.keys(actual.fields).filter((name) =>
    only ? !Object.hasOwn(set, name) : without.includes(name),
  );
  return [
    ...(list === undefined || list === actual.list
      ? []
      : [{ name: 'list', expected: list, actual: actual.list }]),
    ...differing(match, actual.key),
    ...differing(set, actual.fields),
    ...tooMuch.map((name) => ({ name, expected: undefined, actual: actual.fields[name] })),
  ];
}

/** Finds each expected action one of its own among the actual ones that fit (augmenting paths). */
function pair(
  expected: readonly ExpectedAction[],
  fits: (expected: number, actual: number) => boolean,
  count: number,
) {
  const owner = new Map<number, number>();
  const claim = (wanting: number, tried: Set<number>): boolean => {
    for (let actual = 0; actual < count; actual++) {
      if (tried.has(actual) || !fits(wanting, actual)) continue;
      tried.add(actual);
      const other = owner.get(actual);
      if (other !== undefined && !claim(other, tried)) continue;
      owner.set(actual, wanting);
      return true;
    }
    return false;
  };
  const left = expected.map((_, i) => i).filter((i) => !claim(i, new Set()));
  return { left, taken: new Set(owner.keys()) };
}

/**
 * Compares the actions of a case with what it expects. Each expected action needs an actual one of its own, in any order;
 * one that finds none is compared with whatever comes closest. With `only`, actual ones that nobody expected are differences.
 */
export function compareActions(
  expected: readonly ExpectedAction[],
  actual: readonly Action[],
  only: boolean,
): readonly Difference[] {
  const between = expected.map((one) =>
    actual.map((other) => (isOfKind(one, other) ? differences(one, other) : undefined)),
  );
  const { left, taken } = pair(expected, (i, k) => between[i]?.[k]?.length === 0, actual.length);
  const found: Difference[] = [];
  for (const i of left) {
    const one = expected[i];
    let closest: { readonly k: number; readonly fields: readonly FieldDifference[] } | undefined;
    for (const [k, fields] of (between[i] ?? []).entries()) {
      if (fields === undefined || taken.has(k)) continue;
      if (!closest || fields.length < closest.fields.length) closest = { k, fields };
    }
    const other = closest && actual[closest.k];
    if (closest && other) {
      taken.add(closest.k);
      found.push({ kind: 'different', actual: other, fields: closest.fields });
    } else if (one) found.push({ kind: 'missing', expected: one });
  }
  if (!only) return found;
  const unexpected = actual.filter((_, k) => !taken.has(k));
  return [...found, ...unexpected.map((one): Difference => ({ kind: 'unexpected', actual: one }))];
}
