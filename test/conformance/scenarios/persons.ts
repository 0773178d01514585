import type { Scenario } from '../conformance.js';
import { contact, entry, mail, outcome, type Says } from '../people.js';

const LATER = '2026-03-02T10:00:00Z';

/** A record with these identities, about nobody's id in particular. */
const known = (by: Readonly<Record<string, string>>, says: Omit<Says, 'id'>, name?: string): Says => ({
  id: null,
  ...says,
  more: {
    identityMap: Object.fromEntries(Object.entries(by).map(([space, id]) => [space, [{ id }]])),
    ...(name !== undefined && { person: { name: { lastName: name } } }),
  },
});

const BETTER_KEYS: Scenario = {
  name: 'one human under three identities: what waits is released, what was known moves, what is shared is left alone',
  async play(stage) {
    const publish = async (name: string, says: Says): Promise<void> => {
      await stage.publish([mail(name, says)]);
      await stage.settled();
    };
    const nothing = { bare: true, hot: null };
    await stage.deployment.start();
    await publish('a browser', known({ ecid: 'X-1' }, { vip: 'realized' }, 'Example C-1'));
    await publish('that logs in', known({ crmid: 'C-1', ecid: 'X-1' }, nothing));
    await publish('the browser again', known({ ecid: 'X-1' }, { bare: true, hot: 'exited', since: LATER }));
    await publish('an address', known({ email: 'c-2@example.com' }, {}, 'Example C-2'));
    await publish('with a CRM id', known({ crmid: 'C-2', email: 'c-2@example.com' }, nothing));
    await publish('the address again', known({ email: 'c-2@example.com' }, { points: 7 }, 'Example C-2'));
    await publish('somebody else with it', known({ crmid: 'C-3', email: 'c-2@example.com' }, nothing));
    await publish('whose address', known({ email: 'c-2@example.com' }, { points: 8 }, 'Example ?'));
    return outcome({
      endings: {
        'a browser': 'unaddressed person.waiting',
        'that logs in': 'delivered',
        'the browser again': 'delivered',
        'an address': 'delivered',
        'with a CRM id': 'delivered',
        'the address again': 'delivered',
        'somebody else with it': 'irrelevant',
        'whose address': 'unaddressed person.shared',
      },
      letters: [{ message: 'whose address', code: 'person.shared', record: 0, intact: true }],
      rows: {
        'Contact C-1': contact('C-1', 1, false),
        'Audience_Entry__c C-1': entry('C-1'),
        // As it was last written under the address: nobody asks for it any more.
        'Contact c-2@example.com': { ...contact('C-2', 1), AEP_Id__c: 'c-2@example.com' },
        'Contact C-2': contact('C-2', 7),
      },
      writes: {
        'Contact C-1': [1, 1],
        'Audience_Entry__c C-1': [true],
        'Contact c-2@example.com': [1],
        'Contact C-2': [1, 7],
      },
    });
  },
};

/** Scenarios about who is who. */
export const PERSONS: readonly Scenario[] = [BETTER_KEYS];
