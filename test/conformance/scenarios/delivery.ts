import { expect } from 'vitest';
import type { Scenario } from '../conformance.js';
import { contact, each, entry, mail, outcome, people } from '../people.js';
import { until } from '../stage.js';

const EARLIER = '2026-03-01T09:00:00Z';
const LATER = '2026-03-02T10:00:00Z';

const PLAIN: Scenario = {
  name: 'a plain run: every change arrives once, in order, from both lanes',
  lanes: 2,
  async play(stage) {
    const ids = people(40);
    const contacts = ids.map((id) => `Contact ${id}`);
    const lane = (id: string): number => Number(id.slice(2)) % 2;
    const sent = (round: number) => ids.map((id) => mail(`${id} ${round}`, { id, points: round }, lane(id)));
    await stage.publish(sent(1));
    await stage.deployment.start();
    await stage.settled();
    await stage.publish(sent(2));
    await stage.settled();
    await stage.publish([
      mail('becomes vip', { id: 'C-1', points: 2, vip: 'realized' }, lane('C-1')),
      mail('leaves', { id: 'C-2', points: 3, hot: 'exited', since: LATER }, lane('C-2')),
      mail('left long ago', { id: 'C-3', bare: true, hot: 'exited', since: EARLIER }, lane('C-3')),
    ]);
    await stage.settled();
    const names = ids.flatMap((id) => [`${id} 1`, `${id} 2`]);
    return outcome({
      endings: {
        ...each([...names, 'becomes vip', 'leaves'], 'delivered'),
        'left long ago': 'stale',
      },
      rows: {
        ...each(contacts, (row) => contact(row.slice(8), 2)),
        'Contact C-2': contact('C-2', 3, false),
        'Audience_Entry__c C-1': entry('C-1'),
      },
      writes: {
        ...each<readonly unknown[]>(contacts, [1, 2]),
        'Contact C-2': [1, 2, 3],
        'Audience_Entry__c C-1': [true],
      },
    });
  },
};

const DUPLICATES: Scenario = {
  name: 'duplicates: what is published or delivered again changes nothing and asks the CRM nothing',
  async play(stage) {
    const vip = { id: 'C-1', points: 1, vip: 'realized' } as const;
    const again = [1, 2, 3].map((n) => mail(`vip ${n}`, vip));
    await stage.publish([...again, mail('C-2 1', { id: 'C-2' }), mail('C-2 2', { id: 'C-2' })]);
    await stage.deployment.start();
    await stage.settled();
    await stage.publish([mail('vip 4', vip), mail('C-2 3', { id: 'C-2', points: 5 })]);
    await stage.settled();
    const before = await stage.outcome();
    await stage.deployment.rewind();
    await stage.deployment.start();
    const reports = () => [...stage.mail.keys()].map((id) => stage.recorder.of(id));
    await until('all has been delivered again', () => reports().every(({ length }) => length > 1));
    await stage.settled();
    const second = reports().map((list) => list[1]?.endings.map(({ name }) => name));
    expect(second).toEqual(Array.from({ length: 7 }, () => ['unchanged']));
    return outcome({
      endings: {
        ...each(['vip 2', 'vip 3', 'vip 4', 'C-2 2'], 'unchanged'),
        ...each(['vip 1', 'C-2 1', 'C-2 3'], 'delivered'),
      },
      rows: {
        'Contact C-1': contact('C-1', 1),
        'Contact C-2': contact('C-2', 5),
        'Audience_Entry__c C-1': entry('C-1'),
      },
      writes: { 'Contact C-1': [1], 'Contact C-2': [1, 5], 'Audience_Entry__c C-1': [true] },
      calls: before.calls,
    });
  },
};

const BOTH_LANES: Scenario = {
  name: 'the same events on two lanes at once: one of the two writes, the other finds it done',
  lanes: 2,
  async play(stage) {
    const ids = people(30);
    const contacts = ids.map((id) => `Contact ${id}`);
    // A slow CRM makes sure that both lanes are at work on the same people.
    stage.crm.latency(100);
    const vip = (id: string) => ({ id, vip: 'realized' }) as const;
    await stage.publish([0, 1].flatMap((lane) => ids.map((id) => mail(`${id} on ${lane}`, vip(id), lane))));
    await stage.deployment.start();
    await stage.settled();
    const { endings } = await stage.outcome();
    for (const id of ids) {
      const both = [endings[`${id} on 0`], endings[`${id} on 1`]];
      expect(both.sort()).toEqual(['delivered', 'unchanged']);
    }
    const entries = ids.map((id) => `Audience_Entry__c ${id}`);
    return outcome({
      endings,
      rows: {
        ...each(contacts, (row) => contact(row.slice(8), 1)),
        ...each(entries, (row) => entry(row.slice(18))),
      },
      writes: { ...each<readonly unknown[]>(contacts, [1]), ...each<readonly unknown[]>(entries, [true]) },
    });
  },
};

/** One message for each way a record can end, but `held`, which is no end. */
export const EVERY_ENDING: Scenario = {
  name: 'every ending: ten records end in nine ways, each with its code, and the CRM gets the delivered ones',
  async play(stage) {
    const { crm } = stage;
    crm.misbehave({ kind: 'refuse-key', key: 'C-refused', message: 'This contact is frozen.' });
    crm.misbehave({ kind: 'lock-row', key: 'C-locked' });
    await stage.publish([
      mail('delivered', { id: 'C-1', since: LATER }),
      mail('unchanged', { id: 'C-1', since: LATER }),
      mail('stale', { id: 'C-1', bare: true, since: EARLIER }),
      mail('irrelevant', { id: 'C-2', hot: null }),
      mail('withheld', { id: 'C-3', consent: 'n' }),
      mail('unaddressed', { id: null }),
      mail('rejected', { id: 'C-refused' }),
      { name: 'malformed', body: Buffer.from('{"identityMap":') },
      mail('parked', { id: 'C-locked' }),
      mail('delivered too', { id: 'C-4' }),
    ]);
    await stage.deployment.start();
    await stage.settled();
    const remote = {
      connection: 'sales',
      code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION',
      text: 'This contact is frozen.',
    };
    const letter = { record: 0, intact: true };
    return outcome({
      endings: {
        ...each(['unchanged', 'stale', 'irrelevant'], (name) => name),
        withheld: 'withheld person.withheld',
        ...each(['delivered', 'delivered too'], 'delivered'),
        unaddressed: 'unaddressed person.unaddressed',
        rejected: 'rejected remote.rejected',
        malformed: 'malformed decode.json',
        parked: 'parked remote.row-busy',
      },
      letters: [
        { message: 'malformed', code: 'decode.json', ...letter },
        { message: 'rejected', code: 'remote.rejected', ...letter, remote },
        { message: 'unaddressed', code: 'person.unaddressed', ...letter },
      ],
      parked: [{ message: 'parked', code: 'remote.row-busy', ...letter }],
      rows: { 'Contact C-1': contact('C-1', 1), 'Contact C-4': contact('C-4', 1) },
      writes: { 'Contact C-1': [1], 'Contact C-4': [1] },
    });
  },
};

/** Scenarios in which the CRM does what it should. */
export const DELIVERY: readonly Scenario[] = [PLAIN, DUPLICATES, BOTH_LANES, EVERY_ENDING];
