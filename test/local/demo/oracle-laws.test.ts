import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compare, expectedState, type LogEntry } from '../../../local/demo/oracle.js';
import { generate } from '../../../local/demo/traffic.js';
import { entryOf, exported, ID, memberships, type Said } from './exports.js';
import { oneByOne } from './one-by-one.js';

// Few people, days, times and values: collisions are what these laws are about.
const said = fc
  .uniqueArray(
    fc.tuple(
      fc.constantFrom(...Object.values(ID), 'ups/vip-2026'),
      fc.constantFrom('realized', 'exited', 'existing', undefined, 'Expired'),
      fc.constantFrom(1, 2, 3, undefined),
    ),
    { selector: ([audience]) => audience, maxLength: 4 },
  )
  .map((all): readonly Said[] => all);
const attributes = fc.record(
  {
    person: fc.constantFrom(
      { name: { firstName: 'Ana' } },
      { name: { firstName: null, lastName: 'Silva' } },
      {
        name: { lastName: 'Silva!' },
      },
    ),
    loyalty: fc.constantFrom({ points: 9 }, { points: 10 }, { points: null }),
    personalEmail: fc.constantFrom({ address: 'A@example.com' }, { address: 'b@example.com' }),
  },
  { requiredKeys: [] },
);
const identities = fc.constantFrom(
  { crmid: [{ id: 'C-1' }] },
  { CRMID: [{ id: 'C-1' }, { id: 'C-2' }] },
  { crmid: [{ id: 'C-1' }, { id: 'C-2', primary: true }] },
  { ecid: [{ id: '1' }], email: [{ id: 'e@example.com' }] },
  { ecid: [{ id: '1' }] },
);
const time = fc.constantFrom(1_767_200_000_000, 1_767_300_000_000, 1_767_300_000_001);
const one: fc.Arbitrary<LogEntry> = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(said, time, attributes, identities).map((all) => exported(...all)) },
  {
    weight: 2,
    arbitrary: fc.tuple(said, said, time).map(([a, b, at]) =>
      entryOf(
        [
          { identityMap: { crmid: [{ id: 'C-2' }] }, segmentMembership: memberships(a) },
          { segmentMembership: memberships(b), identityMap: { crmid: [{ id: 'C-1' }] } },
        ],
        at,
      ),
    ),
  },
  { weight: 1, arbitrary: time.map((at) => ({ body: Buffer.from('{"cut'), at })) },
);
const history = fc.array(one, { maxLength: 12 });
const shuffledTwice = history.chain((log) =>
  fc.tuple(fc.constant(log), fc.shuffledSubarray(log, { minLength: log.length })),
);

const T0 = Date.parse('2026-03-01T00:00:00Z');
const published = (seed: number, events: number): LogEntry[] =>
  // Several messages share a millisecond, as they do when a producer sends batches.
  generate({ seed, events, startAt: T0 }).map(({ body }, i) => ({ body, at: T0 + Math.floor(i / 3) }));

describe('the oracle', () => {
  test('does not care for order', () => {
    fc.assert(
      fc.property(shuffledTwice, ([log, other]) => {
        expect(rowsOf(other)).toEqual(rowsOf(log));
      }),
      { numRuns: 500 },
    );
  });
  test('does not care for repetition, but for counts', () => {
    fc.assert(
      fc.property(shuffledTwice, ([log, other]) => {
        const [once, thrice] = [expectedState(log), expectedState([...log, ...other, ...log])];
        expect(rowsOf([...log, ...other, ...log])).toEqual(rowsOf(log));
        expect([thrice.records, thrice.malformed, thrice.unaddressed]).toEqual(
          [once.records, once.malformed, once.unaddressed].map((count) => count * 3),
        );
      }),
      { numRuns: 300 },
    );
  });
  test('agrees with the rules worked off one by one, in any order', () => {
    fc.assert(
      fc.property(shuffledTwice, ([log, other]) => {
        expect(compare(expectedState(log), oneByOne(other))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
  test('agrees with them over generated traffic, shuffled and repeated', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const log = published(seed, 400);
        const [other = []] = fc.sample(
          fc.shuffledSubarray([...log, ...log.slice(0, 50)], { minLength: 450 }),
          { numRuns: 1, seed },
        );
        const state = expectedState(log);
        expect(compare(state, oneByOne(other))).toEqual([]);
        expect(state.undecided).toEqual(new Map());
      }),
      { numRuns: 10 },
    );
  });
  test('keeps its counts: every record is of one kind', () => {
    fc.assert(
      fc.property(history, (log) => {
        const { records, malformed, unaddressed } = expectedState(log);
        expect(records).toBeGreaterThanOrEqual(malformed + unaddressed);
        expect(records).toBeGreaterThanOrEqual(log.length);
      }),
    );
  });
});

/** All but the counts. */
function rowsOf(log: readonly LogEntry[]): unknown {
  const { contacts, entries, rejected, undecided } = expectedState(log);
  // Sets are compared without order.
  return { contacts: Object.fromEntries(contacts), entries, rejected, undecided: new Set(undecided.keys()) };
}
