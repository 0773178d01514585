import { expect, test } from 'vitest';
import { standingNow } from '../../../shared/files/intake/standing-now.js';
import { fakeCrm } from '../../support/fakes.js';
import { RULES, world } from '../support/intake-world.js';

const AT = Date.parse('2026-09-02T00:00:00Z');
const OLD = '2026-08-01T00:00:00Z';
const LATER = '2026-09-02T00:00:07Z';

const bodyOf = (membership: unknown) => ({ points: 1, segmentMembership: { ups: { hot: membership } } });

test.each([
  [
    'a member counts as of the file',
    { status: 'realized', lastQualificationTime: OLD },
    '2026-09-02T00:00:00.000Z',
  ],
  ['in any spelling', { status: 'Active', lastQualificationTime: OLD }, '2026-09-02T00:00:00.000Z'],
  ['without a status', { lastQualificationTime: OLD }, '2026-09-02T00:00:00.000Z'],
  ['who has left, just before', { status: 'exited', lastQualificationTime: OLD }, '2026-09-01T23:59:59.999Z'],
  ['what is newer stays', { status: 'realized', lastQualificationTime: LATER }, LATER],
  ['a status nobody knows is for the decoder', { status: 'odd', lastQualificationTime: OLD }, OLD],
  ['and so is a time nobody knows', { status: 'realized', lastQualificationTime: 'soon' }, 'soon'],
])('%s', (_, membership, time) => {
  expect(standingNow(bodyOf(membership), AT)).toEqual(bodyOf({ ...membership, lastQualificationTime: time }));
});

test('what is no membership stays as it is', () => {
  for (const body of [
    { points: 1 },
    { segmentMembership: 'x' },
    { segmentMembership: { ups: 'x' } },
    bodyOf(null),
  ])
    expect(standingNow(body, AT)).toEqual(body);
});

const EDGES = {
  ...RULES,
  rules: [
    ...RULES.rules,
    {
      name: 'welcome',
      when: { entered: 'hot' },
      do: [{ send: 'sales/Task', set: { Subject: { value: 'welcome' } } }],
    },
  ],
};

/** A world of one export a day, all of whose rows say that people qualified long ago. */
function daily() {
  const crm = { ...fakeCrm(), operations: ['upsert', 'send'] as const };
  const w = world({ crm, rules: EDGES, mostExits: 1, qualified: OLD });
  const tasks = (): number => crm.calls.flat().filter(({ operation }) => operation === 'send').length;
  const hot = (): string[] =>
    [...crm.rows]
      .filter(([, fields]) => fields['Hot'] === true)
      .map(([key]) => key.replace('Contact/C-', ''));
  async function take(day: number, people: readonly number[]): Promise<void> {
    const name = `all_2026090${day}.csv`;
    w.place.write(name, people.map((one) => `C-${one},,realized,1`).join('\n'), AT);
    await w.arrive(name);
    await w.drain();
  }
  return { take, tasks, hot };
}

test('who comes back is a member again, however long ago they qualified', async () => {
  const { take, hot } = daily();
  await take(1, [1, 2, 3]);
  await take(2, [1, 2]);
  expect(hot().sort()).toEqual(['1', '2']);
  await take(3, [1, 2, 3]);
  expect(hot().sort()).toEqual(['1', '2', '3']);
});

test('edges fire for who enters, not for who stayed, and not for the history of the first export', async () => {
  const { take, tasks } = daily();
  await take(1, [1, 2, 3]);
  expect(tasks()).toBe(0);
  await take(2, [1, 2, 3]);
  await take(3, [1, 2, 3, 4]);
  expect(tasks()).toBe(1);
  await take(4, [1, 2, 3, 4]);
  expect(tasks()).toBe(1);
});
