import { canonical } from '../core/fingerprint.js';
import type { Asked, Json } from '../core/ports.js';
import type { Action } from '../core/remote.js';
import type { Played } from './dry-run.js';

/** One field that two versions write differently; a side that does not write it is undefined. */
export interface FieldChange {
  readonly name: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

/** One action that two versions do not have in common. */
export type Change = Difference & { /** What a rule that is a shadow would do. */ readonly shadow?: true };

type Difference =
  | { readonly kind: 'added'; readonly after: Asked }
  | { readonly kind: 'removed'; readonly before: Asked }
  | {
      readonly kind: 'changed';
      readonly before: Asked;
      readonly after: Asked;
      readonly fields: readonly FieldChange[];
    };

/** What an action is about: two of the same are one action that changed. A `send` is about nothing that lasts. */
const placeOf = ({ connection, operation, object, list, key }: Action): string =>
  operation === 'send'
    ? canonical([connection, object])
    : canonical([connection, object, list ?? null, { ...key }]);

/** What an action does, without what names this very one. */
const effectOf = ({ operation, fields }: Action): string => canonical([operation, { ...fields }]);

function fieldChanges(before: Action, after: Action): readonly FieldChange[] {
  const names = new Set([...Object.keys(before.fields), ...Object.keys(after.fields)]);
  return [...names]
    .map((name) => ({ name, before: before.fields[name], after: after.fields[name] }))
    .filter(({ before: a, after: b }) => a === undefined || b === undefined || canonical(a) !== canonical(b));
}

const grouped = (deliveries: readonly Asked[]): Map<string, Asked[]> => {
  const groups = new Map<string, Asked[]>();
  for (const delivery of deliveries) {
    const place = placeOf(delivery.action);
    const group = groups.get(place);
    if (group) group.push(delivery);
    else groups.set(place, [delivery]);
  }
  return groups;
};

/** Takes out of both lists what they have in common. */
function withoutCommon(before: readonly Asked[], after: readonly Asked[]) {
  const left = [...after];
  const gone = before.filter(({ action }) => {
    const effect = effectOf(action);
    const at = left.findIndex((other) => effectOf(other.action) === effect);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return { gone, come: left };
}

function* changesOf(before: readonly Asked[], after: readonly Asked[]): Generator<Change> {
  const { gone, come } = withoutCommon(before, after);
  for (let i = 0; i < Math.max(gone.length, come.length); i++) {
    const [was, is] = [gone[i], come[i]];
    if (was && is)
      yield { kind: 'changed', before: was, after: is, fields: fieldChanges(was.action, is.action) };
    else if (was) yield { kind: 'removed', before: was };
    else if (is) yield { kind: 'added', after: is };
  }
}

/**
 * What two versions of the rules do differently about one event: actions that only one of them does, and actions about the
 * same row that differ in what they write or do. Which rule asks, and what a `send` is named by, is no difference.
 */
export function compareDeliveries(before: readonly Asked[], after: readonly Asked[]): readonly Change[] {
  const [olds, news] = [grouped(before), grouped(after)];
  const places = new Set([...olds.keys(), ...news.keys()]);
  return [...places].flatMap((place) => [...changesOf(olds.get(place) ?? [], news.get(place) ?? [])]);
}

/** What two versions come to otherwise about one event, and what those of their rules do that are shadows. */
export const comparePlayed = (before: Played, after: Played): readonly Change[] => [
  ...compareDeliveries(before.deliveries, after.deliveries),
  ...compareDeliveries(before.shadows, after.shadows).map((change) => ({ ...change, shadow: true as const })),
];
