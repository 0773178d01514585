import { describe, expect, test } from 'vitest';
import { DOCUMENTED_EVENTS } from '../../../local/demo/documented-events.js';
import { type Expected, expectedState } from '../../../local/demo/oracle.js';

/** How the only record of this log ends, as far as an oracle can tell. */
function ending({ contacts, entries, malformed, unaddressed, rejected }: Expected): string {
  if (malformed > 0) return 'malformed';
  if (unaddressed > 0) return 'unaddressed';
  if (rejected.size > 0) return 'rejected';
  return contacts.size + entries.lower.size > 0 ? 'delivered' : 'irrelevant';
}

const stateOf = (body: string): Expected =>
  expectedState([{ body: Buffer.from(body), at: 1_770_000_000_000 }]);
const contactOf = (title: string): unknown => {
  const event = DOCUMENTED_EVENTS.find((one) => one.title === title);
  return [...stateOf(event?.body ?? '').contacts.values()][0];
};

describe('documented events', () => {
  test.each(DOCUMENTED_EVENTS.map((event) => [event.title, event] as const))(
    '%s ends as told',
    (_, event) => {
      const state = stateOf(event.body);
      expect([ending(state), state.records]).toEqual([event.ending, 1]);
    },
  );
  test('each is about somebody else, so that one does not change the ending of another', () => {
    const all = DOCUMENTED_EVENTS.map(({ body }, i) => ({
      body: Buffer.from(body),
      at: 1_770_000_000_000 + i,
    }));
    const delivered = DOCUMENTED_EVENTS.filter((event) => event.ending === 'delivered');
    const state = expectedState(all);
    expect([state.records, state.contacts.size]).toEqual([DOCUMENTED_EVENTS.length, delivered.length]);
    expect([state.undecided.size, state.rejected.size]).toEqual([0, 0]);
  });
  test('only example.com, and no two titles alike', () => {
    const text = JSON.stringify(DOCUMENTED_EVENTS);
    const domains = [...text.matchAll(/@([\w.-]+)/g)].map((found) => found[1]?.toLowerCase());
    expect(new Set(domains)).toEqual(new Set(['example.com']));
    expect(new Set(DOCUMENTED_EVENTS.map(({ title }) => title)).size).toBe(DOCUMENTED_EVENTS.length);
  });
  test('the oddities of the documented samples are kept', () => {
    const text = DOCUMENTED_EVENTS.map(({ body }) => body).join('\n');
    expect(text).toMatch(/"birthDate": "YYYY-MM-DD"/);
    expect(text).toMatch(/"59bd2fkd-/);
    expect(text).toMatch(/-00f4g7cd1b58"/);
    expect(text).toMatch(/"email_lc_sha256": \[\{ "id": "[0-9a-f]{34}" \}, /);
    expect(text).toMatch(/"ecid": \[\{ "id": "\d{38}" \}, \{ "id": "\d{38}" \}\]/);
  });
  test('the effects that the explanations name', () => {
    expect(contactOf('HTTP API, current shape')).toEqual({
      AEP_Id__c: 'jane.roe@example.com',
      FirstName: 'Jane',
      LastName: 'Roe',
      Email: 'jane.roe@example.com',
      Hot_Prospect__c: true,
      Audiences__c: 'high-propensity;cart-abandoner;newsletter',
    });
    expect(contactOf('Kinesis, current shape')).toMatchObject({
      Audiences__c: 'high-propensity;cart-abandoner;newsletter',
    });
    expect(contactOf('An exit')).toMatchObject({ AEP_Id__c: 'C-900002', Hot_Prospect__c: false });
    expect(contactOf('An uploaded audience')).toMatchObject({ Tier__c: 'VIP' });
    expect(contactOf('Event Hubs, a known person without attributes')).toMatchObject({
      AEP_Id__c: 'lee.noe@example.com',
      LastName: 'Unknown',
    });
  });
});
