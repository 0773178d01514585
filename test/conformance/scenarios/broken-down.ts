import { expect } from 'vitest';
import type { Scenario } from '../conformance.js';
import { contact, each, mail, outcome, people, together } from '../people.js';
import { type Stage, until } from '../stage.js';

/** Nothing but `values`, in that order, without repeats, and the last of them at the end. */
function expectInOrder(written: readonly unknown[], values: readonly unknown[]): void {
  expect(values.filter((value) => written.includes(value))).toEqual(written);
  expect(written.at(-1)).toBe(values.at(-1));
}

/**
 * Endings of changes to one row that came again after a breakdown. Values outlive it, so the first of them writes the
 * newest value known; whether a later one finds its own written already hangs on how the stream groups them.
 */
function settledOnce(
  endings: Readonly<Record<string, string>>,
  names: readonly string[],
): Readonly<Record<string, string>> {
  const found = names.map((name) => endings[name] ?? 'none');
  expect(found).toContain('delivered');
  for (const ending of found) expect(['delivered', 'unchanged']).toContain(ending);
  return Object.fromEntries(names.map((name, i) => [name, found[i] ?? 'none']));
}

const OUTAGE: Scenario = {
  name: 'the CRM is down for good, then back: nothing settled or parked meanwhile, then all, in order, once',
  lanes: 2,
  async play(stage) {
    const ids = people(20);
    const contacts = ids.map((id) => `Contact ${id}`);
    const lane = (id: string): number => Number(id.slice(2)) % 2;
    const sent = (points: number) => ids.map((id) => mail(`${id} ${points}`, { id, points }, lane(id)));
    await stage.publish(sent(1));
    await stage.deployment.start();
    await stage.settled();
    const before = await stage.outcome();

    stage.crm.misbehave({ kind: 'down' });
    const busy = [2, 3, 4, 5, 6].map((points) => mail(`busy ${points}`, { id: 'C-busy', points }));
    await stage.publish([...sent(2), ...busy]);
    await stage.heldAgain(6);
    const during = await stage.outcome();
    expect(await stage.deployment.position()).toBe(ids.length);
    expect(during).toMatchObject({ rows: before.rows, writes: before.writes, parked: [], letters: [] });
    const held = [...sent(2), ...busy].map(({ name }) => during.endings[name]);
    expect(new Set(held)).toEqual(new Set(['held remote.unavailable']));

    stage.crm.behave();
    await stage.settled();
    await stage.publish(sent(3));
    await stage.settled();
    const { writes, endings } = await stage.outcome();
    const ofBusy = writes['Contact C-busy'] ?? [];
    // How many of the changes are merged hangs on how the stream groups them after a failure.
    expectInOrder(ofBusy, [2, 3, 4, 5, 6]);
    const names = [1, 2, 3].flatMap(sent).map(({ name }) => name);
    const ofBusyPeople = settledOnce(
      endings,
      busy.map(({ name }) => name),
    );
    return outcome({
      endings: { ...each(names, 'delivered'), ...ofBusyPeople },
      rows: {
        ...each(contacts, (row) => contact(row.slice(8), 3)),
        'Contact C-busy': contact('C-busy', 6),
      },
      writes: { ...each<readonly unknown[]>(contacts, [1, 2, 3]), 'Contact C-busy': ofBusy },
    });
  },
};

const CONTACTS = people(4).map((id) => `Contact ${id}`);

/** Publishes what is settled first, then a message that is at the CRM when the process dies. */
async function dieInMidBatch(stage: Stage, when: 'before' | 'after', die: () => unknown): Promise<void> {
  await stage.publish([mail('first', { id: 'C-1' })]);
  await stage.deployment.start();
  await stage.settled();
  stage.crm.misbehave({ kind: 'hang', when, count: 1 });
  await stage.publish([together('struck', [{ id: 'C-2' }, { id: 'C-3' }])]);
  const written = when === 'after' ? 3 : 1;
  await until('the batch is at the CRM', () => {
    const { calls } = stage.crm.stats();
    return calls === 2 && stage.crm.rows('Contact').size === written;
  });
  await die();
}

/** The struck rows are written again only where the CRM had carried out a request whose answer nobody heard. */
const afterDeath = (when: 'before' | 'after') =>
  outcome({
    endings: { first: 'delivered', struck: 'delivered, delivered', last: 'delivered' },
    rows: each(CONTACTS, (row) => contact(row.slice(8), 1)),
    writes: {
      ...each<readonly unknown[]>(CONTACTS, [1]),
      ...(when === 'after' ? { 'Contact C-2': [1, 1], 'Contact C-3': [1, 1] } : {}),
    },
    repeated: when === 'after' ? 2 : 0,
  });

const crashed = (when: 'before' | 'after'): Scenario => ({
  name: `the process dies in mid-batch, ${when} the CRM has written: a new one carries on`,
  async play(stage) {
    await dieInMidBatch(stage, when, () => stage.deployment.crash());
    await stage.publish([mail('last', { id: 'C-4' })]);
    await stage.settled();
    return afterDeath(when);
  },
});

const killed = (when: 'before' | 'after'): Scenario => ({
  name: `process and platform die in mid-batch, ${when} the CRM has written: started again, nothing is lost`,
  async play(stage) {
    await dieInMidBatch(stage, when, () => stage.deployment.kill());
    expect(await stage.deployment.position()).toBe(1);
    await stage.publish([mail('last', { id: 'C-4' })]);
    await stage.deployment.start();
    await stage.settled();
    return afterDeath(when);
  },
});

const TAKEN_BACK: Scenario = {
  name: 'a change that was written, but never answered, is taken back while all is dead: the CRM follows',
  async play(stage) {
    const points = (name: string, value: number) => mail(name, { id: 'C-1', points: value });
    await stage.publish([points('first', 1)]);
    await stage.deployment.start();
    await stage.settled();
    stage.crm.misbehave({ kind: 'hang', when: 'after', count: 1 });
    await stage.publish([points('struck', 2)]);
    await until('the CRM has written', () => stage.crm.history('Contact', 'C-1').length === 2);
    await stage.deployment.kill();
    await stage.publish([points('taken back', 1)]);
    await stage.deployment.start();
    await stage.settled();
    const { writes, repeated, endings } = await stage.outcome();
    const written = writes['Contact C-1'] ?? [];
    // Whether the lost change is written again hangs on whether it shares a batch with the one that takes it back.
    expect(written.slice(0, 2)).toEqual([1, 2]);
    return outcome({
      endings: { first: 'delivered', ...settledOnce(endings, ['struck', 'taken back']) },
      rows: { 'Contact C-1': contact('C-1', 1) },
      writes: { 'Contact C-1': written },
      repeated,
    });
  },
};

/** Scenarios in which something is gone for a while: the CRM, the function, the platform. */
export const BROKEN_DOWN: readonly Scenario[] = [
  OUTAGE,
  crashed('before'),
  crashed('after'),
  killed('before'),
  killed('after'),
  TAKEN_BACK,
];
