import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { briefFingerprint, fingerprint } from '../../shared/core/fingerprint.js';
import type { Json } from '../../shared/core/ports.js';
import { EMPTY_STATE, type PersonState } from '../../shared/core/state.js';
import { encodeState } from '../../shared/stores/state-codec.js';

/** A state that is told from others by its mark. */
export const marked = (mark: string): PersonState => ({
  ...EMPTY_STATE,
  standing: new Map([[`ups/${mark}`, { at: 1_790_000_000_123_457, member: true, ever: true }]]),
  values: new Map([['mark', { value: mark, at: 1_790_000_000_001 }]]),
});

const blob = (bytes: number): PersonState => ({
  ...EMPTY_STATE,
  values: new Map([['blob', { value: randomBytes(bytes).toString('base64'), at: 1 }]]),
});

/** A state that takes so many bytes packed, to about one in a thousand. */
export function weighing(bytes: number): PersonState {
  const packed = encodeState(blob(bytes)).length;
  return blob(Math.round((bytes * bytes) / packed));
}

const randomText = (length: number): string =>
  randomBytes(Math.ceil(length / 2))
    .toString('hex')
    .slice(0, length);

/** How much is known of a person. */
export interface Life {
  readonly audiences: number;
  readonly audienceLength: number;
  readonly connections: number;
  readonly fields: number;
  readonly keyLength: number;
  /** Other ids; none when absent. */
  readonly aliases?: number;
}

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

/** A person with ids, times, values and hashes that are all different and random: the worst case for packing. */
export function personWith(life: Life): PersonState {
  const { audiences, audienceLength, connections, fields, keyLength, aliases = 0 } = life;
  const key = randomText(keyLength);
  const at = (): number => 1_790_000_000_000_000 + Math.floor(Math.random() * 2_592_000_000_000);
  const field = (i: number): [string, { hash: string; at: number }] => [
    `Custom_Field_${i}__c`,
    { hash: fingerprint(randomText(20)), at: i % 5 === 0 ? at() : 0 },
  ];
  const targets = times(connections, (i) => `connection-${i}/Contact/${key}`);
  return {
    standing: new Map(
      times(audiences, (i) => [
        `ups/${randomText(audienceLength)}`,
        { at: at(), member: Math.random() < 0.7, ever: true, ...(i % 2 === 0 && { other: at() }) },
      ]),
    ),
    values: new Map(times(20, (i) => [`person.attribute${i}`, { value: randomText(20), at: at() / 1000 }])),
    written: new Map(targets.map((target) => [target, new Map(times(fields, field))])),
    unsure: new Set(targets),
    accepted: new Map(targets.map((target) => [target, Math.floor(at() / 1000)])),
    claim: { by: randomText(36), until: 1_790_000_090_000 },
    owed: [],
    aliases: new Map(times(aliases, (i) => [briefFingerprint(randomText(38)), 20_700 + (i % 30)])),
    claimants: [],
  };
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.constantFrom('', '__proto__', '\ud800', '\u0000'),
);
const time = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer({ min: 1_700_000_000_000_000, max: 1_900_000_000_000_000 }),
);
const mapOf = <V>(value: fc.Arbitrary<V>): fc.Arbitrary<ReadonlyMap<string, V>> =>
  fc.array(fc.tuple(text, value), { maxLength: 8 }).map((entries) => new Map(entries));

/** Any JSON as JSON.parse gives it; a negative zero is left out, for JSON.stringify writes it as a zero. */
const json = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)) as Json);

/** Any state at all. */
export const anyState: fc.Arbitrary<PersonState> = fc
  .record({
    standing: mapOf(
      fc
        .record({
          at: time,
          member: fc.boolean(),
          ever: fc.boolean(),
          other: fc.option(time, { nil: undefined }),
        })
        .map(({ other, ...one }) => ({ ...one, ...(other !== undefined && { other }) })),
    ),
    values: mapOf(fc.record({ value: json, at: time })),
    written: mapOf(mapOf(fc.record({ hash: text, at: time }))),
    unsure: fc.array(text, { maxLength: 5 }).map((targets) => new Set(targets)),
    claim: fc.option(fc.record({ by: text, until: time }), { nil: undefined }),
    owed: fc.array(
      fc
        .record({
          audience: text,
          change: fc.constantFrom('entered' as const, 'left' as const, 'stayed' as const),
          at: time,
          first: fc.boolean(),
          backfill: fc.boolean(),
          overtaken: fc.boolean(),
          seen: fc.option(time, { nil: undefined }),
          decided: fc.option(fc.dictionary(fc.stringMatching(/^[0-9a-z]{1,11}$/), fc.boolean()), {
            nil: undefined,
          }),
        })
        .map(({ first, backfill, overtaken, seen, decided, ...edge }) => ({
          ...edge,
          ...(first && { first }),
          ...(backfill && { backfill }),
          ...(overtaken && { overtaken }),
          ...(seen !== undefined && { seen }),
          ...(decided && { decided }),
        })),
      { maxLength: 4 },
    ),
    aliases: mapOf(fc.nat()),
    claimants: fc.array(fc.record({ to: text, key: text }), { maxLength: 3 }),
    when: fc.array(fc.integer({ min: 1 }), { minLength: 8, maxLength: 8 }),
    some: fc.nat(),
  })
  .map(({ when, some, owed, ...state }) => ({
    ...state,
    // Most of what is owed is about what is known, at the same time.
    owed: owed.map((edge, i) => {
      const [audience, known] = [...state.standing].at(i % 3) ?? [];
      const [isKnown, isNow] = [some & (16 << i), some & (256 << i)];
      if (audience === undefined || known === undefined || !isKnown) return edge;
      const { at } = isNow ? known : edge;
      return { ...edge, audience, at, ...(edge.seen !== undefined && isNow && { seen: at }) };
    }),
    accepted: new Map(
      [...state.written.keys()].flatMap((target, i) => (some & (1 << i) ? [[target, when[i] ?? 1]] : [])),
    ),
  }));
