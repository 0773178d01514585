import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProfileSchema, readProfile } from '../../shared/core/profile.js';

/** A right value nine times in ten, otherwise one of the wrong ones: bodies then are right about half of the time. */
const mostly = <T>(right: fc.Arbitrary<T>, ...wrong: unknown[]): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 25, arbitrary: right }, { weight: 1, arbitrary: fc.constantFrom(...wrong) });

const WRONG = [null, 1, 'text', true, [], ''];
const id = mostly(fc.constantFrom('C-1', ' x ', '0', 'ümläut'), '', '  ', 7, null, undefined, {});
const identity = mostly(
  fc.oneof(
    fc.record({ id, primary: fc.constantFrom(true, false, 'true', null) }, { requiredKeys: ['id'] }),
    fc.record({ 'xdm:id': id, 'xdm:primary': fc.constant(true) }, { requiredKeys: ['xdm:id'] }),
    fc.record({ id, 'xdm:id': id }),
    fc.record({ id, authenticatedState: fc.constantFrom('ambiguous', 'anything') }),
  ),
  ...WRONG,
  {},
  { 'xdm:primary': true },
);
const status = mostly(
  fc.constantFrom('realized', 'existing', 'exited', 'active', 'Expired', 'EXITED', undefined),
  'exiting',
  '',
  'constructor',
  null,
  0,
  false,
  {},
);
const time = mostly(
  fc.constantFrom('2026-11-01T10:00:00Z', '2021-03-10 10:03:08', 1_648_553_325_000, undefined),
  'yesterday',
  '',
  null,
  0,
  {},
  '20YY-11-01T10:00:00Z',
);
const membership = mostly(
  fc.record(
    {
      status,
      'xdm:status': status,
      lastQualificationTime: time,
      'xdm:lastQualificationTime': time,
      'xdm:timestamp': time,
      name: fc.constantFrom('x', null),
    },
    { requiredKeys: [] },
  ),
  ...WRONG,
);
const names = (...known: string[]) =>
  fc.oneof(
    fc.constantFrom(...known),
    fc.string().filter((key) => key !== '__proto__'),
  );
const identityMap = mostly(
  fc.dictionary(
    names('crmid', 'CRMID'),
    mostly(fc.array(identity, { maxLength: 3 }), ...WRONG.slice(0, 4), {}),
    {
      maxKeys: 3,
    },
  ),
  ...WRONG,
);
const segmentMembership = mostly(
  fc.dictionary(
    names('ups', 'UPS'),
    mostly(fc.dictionary(names('a-1'), membership, { maxKeys: 2 }), ...WRONG),
    { maxKeys: 2 },
  ),
  ...WRONG,
);
const body = mostly(
  fc.record({ identityMap, segmentMembership, person: fc.jsonValue({ maxDepth: 1 }) }, { requiredKeys: [] }),
  ...WRONG,
  {},
);

test('the reader by hand and the schema accept and refuse the same values', () => {
  let accepted = 0;
  const runs = 5000;
  fc.assert(
    fc.property(body, (value) => {
      const byHand = readProfile(value).ok;
      expect(byHand).toBe(ProfileSchema.safeParse(value).success);
      if (byHand) accepted += 1;
    }),
    { numRuns: runs },
  );
  // The law would hold for an arbitrary that reaches only one side.
  expect(accepted / runs).toBeGreaterThan(0.25);
  expect(accepted / runs).toBeLessThan(0.75);
});

test('whatever JSON there is, neither throws', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(readProfile(value).ok).toBe(ProfileSchema.safeParse(value).success);
    }),
    { numRuns: 2000 },
  );
});
