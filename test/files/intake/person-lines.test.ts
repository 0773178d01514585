import fc from 'fast-check';
import { expect, test } from 'vitest';
import { personKeysBy } from '../../../shared/files/intake/person-lines.js';
import { rulesOf } from '../../support/fakes.js';
import { RULES } from '../support/intake-world.js';

const membership = {
  ups: { 'hot-1': { status: 'realized', lastQualificationTime: '2026-09-01T00:00:00Z' } },
};
const keysBy = (...key: string[]) => personKeysBy(rulesOf({ ...RULES, person: { key } }));

test('of an attribute that is a key its path is kept as it is written, capitals and all', () => {
  const body = { personalEmail: { address: 'ann@example.com', other: 1 }, segmentMembership: membership };
  expect(keysBy('personalEmail.address')(body)).toMatchObject({
    ids: ['personalemail.address:ann@example.com'],
    body: { personalEmail: { address: 'ann@example.com' } },
  });
});

test('of a list the items that address somebody are kept, each in its place', () => {
  const cards = [
    { type: 'old', number: 'N-0' },
    { type: 'home', number: 'N-1', note: 'x' },
    { type: 'work', number: 'N-2' },
  ];
  const keys = keysBy('crmid', 'cards[2].number', 'cards[type=home].number', 'cards[9].number');
  expect(keys({ cards, segmentMembership: membership }).body).toEqual({
    cards: [[], { type: 'home', number: 'N-1' }, { number: 'N-2' }],
  });
});

test('whatever a row is like, its person is addressed by what is kept of it as by the row', () => {
  const text = fc.constantFrom('home', 'work', '0', '');
  const item = fc.oneof(
    fc.record({ type: text, number: text }, { requiredKeys: [] }),
    fc.record({ type: fc.record({ type: text }), number: fc.nat(2) }),
    fc.constantFrom(0, 5, null, 'home', []),
  );
  const list = fc.oneof(fc.array(item, { maxLength: 4 }), fc.array(fc.array(item, { maxLength: 3 })), item);
  const keys = keysBy('crmid', 'cards[1].number', 'cards[type=home].number', 'cards[0][1].type', 'cards[2]');
  const bodies = fc.record({
    cards: list,
    loyalty: item,
    identityMap: fc.constant({ crmid: [{ id: 'C-1' }] }),
  });
  fc.assert(
    fc.property(bodies, fc.boolean(), ({ identityMap, ...rest }, isKnown) => {
      const body = { ...rest, ...(isKnown && { identityMap }), segmentMembership: membership };
      const { ids, body: kept } = keys(body);
      const again = keys({ ...kept, segmentMembership: membership });
      expect(again).toMatchObject({ ids, body: kept });
      // What is passed over takes two characters, and may have been one.
      expect(JSON.stringify(kept).length).toBeLessThanOrEqual(2 * JSON.stringify(body).length);
    }),
    { numRuns: 500 },
  );
});
