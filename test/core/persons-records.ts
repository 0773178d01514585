import fc from 'fast-check';
import type { CompiledRules } from '../../shared/core/compiled.js';
import type { FoldRecord } from '../../shared/core/fold.js';
import type { Json } from '../../shared/core/ports.js';
import { type ProfileExport, readProfile } from '../../shared/core/profile.js';
import { EMPTY_STATE, type PersonState } from '../../shared/core/state.js';
import { advance } from '../../shared/core/view.js';

/** When the first record of a test is taken in, epoch milliseconds. */
export const START = 1_790_000_000_000;

/** A profile export read from its JSON; a body that is malformed fails the test. */
export function profileOf(body: unknown): ProfileExport {
  const result = readProfile(body);
  if (!result.ok) throw result.fault;
  return result.value;
}

/** `ups` memberships: audience id → status and time (epoch microseconds, or any shape); no time when left out. */
export function memberships(
  list: Readonly<Record<string, readonly [status: string, at?: number | string]>>,
  namespace = 'ups',
): { segmentMembership: Json } {
  const audiences = Object.entries(list).map(([id, [status, at]]) => [
    id,
    { status, ...(at === undefined ? {} : { lastQualificationTime: at }) },
  ]);
  return { segmentMembership: { [namespace]: Object.fromEntries(audiences) } };
}

/** The view after some records, taken in one after another; each is a body and, optionally, when it was taken in. */
export function viewAfter(
  rules: CompiledRules,
  ...records: readonly (readonly [body: object, at?: number])[]
): PersonState {
  return records.reduce(
    (state, [body, at]) => advance(state, profileOf(body), rules, at ?? START).state,
    EMPTY_STATE,
  );
}

/** A state as plain data, so that two can be compared whatever the order in which their maps were filled. */
export function plain({ standing, values, written, unsure, accepted }: PersonState): unknown {
  const sorted = <T>(entries: Iterable<readonly [string, T]>) =>
    [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    standing: sorted(standing),
    values: sorted(values),
    written: sorted(written).map(([target, fields]) => [target, sorted(fields)]),
    unsure: [...unsure].sort(),
    accepted: sorted(accepted),
  };
}

/** Freezes everything reachable, maps and sets included: whoever writes to it throws. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (value instanceof Map || value instanceof Set) {
    const refuse = (): never => {
      throw new TypeError('an input was changed');
    };
    Object.assign(value, { set: refuse, add: refuse, delete: refuse, clear: refuse });
    for (const [key, item] of value.entries()) {
      deepFreeze(key);
      deepFreeze(item);
    }
  }
  Object.freeze(value);
  for (const item of Object.values(value)) deepFreeze(item);
  return value;
}

const status = fc.constantFrom('realized', 'existing', 'active', 'exited', 'Expired', undefined);
/** Few instants, microseconds apart, so that ties and near ties are frequent. */
const time = fc.option(
  fc.integer({ min: 0, max: 4 }).map((micros) => START * 1000 + micros),
  { nil: undefined },
);
const membership = fc
  .record({ status, lastQualificationTime: time })
  .map((one) => Object.fromEntries(Object.entries(one).filter(([, value]) => value !== undefined)));

/** Values of all kinds of JSON, few enough to be equal often. */
const value = fc.constantFrom<Json>(
  'a',
  'b',
  '',
  0,
  1,
  true,
  false,
  null,
  [1],
  { x: 1, y: 2 },
  { y: 2, x: 1 },
  { x: 2 },
);

/**
 * Any record of one person: memberships of `ids` in namespaces of any case, with and without a time, attributes `p.a`,
 * `p.b` and `q` of any kind, present or not, taken in at one of three instants.
 */
export const recordOf = (...ids: readonly string[]): fc.Arbitrary<FoldRecord> =>
  fc
    .record(
      {
        segmentMembership: fc.dictionary(
          fc.constantFrom('ups', 'UPS', 'Other'),
          fc.dictionary(fc.constantFrom(...ids, 'undeclared'), membership, { maxKeys: 4 }),
          { maxKeys: 3 },
        ),
        p: fc.record({ a: value, b: value }, { requiredKeys: [] }),
        q: value,
        identityMap: fc.constant({ crmid: [{ id: 'C-1' }] }),
      },
      { requiredKeys: ['identityMap'] },
    )
    .chain((body) =>
      fc.record({
        profile: fc.constant(profileOf(body)),
        key: fc.constant('C-1'),
        at: fc.integer({ min: START, max: START + 2 }),
      }),
    );
