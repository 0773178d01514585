import { expect, test } from 'vitest';
import {
  busy,
  call,
  comesBack,
  contact,
  down,
  judgedAll,
  of,
  refused,
  rule,
  run,
  says,
  saysCold,
  silence,
  world,
} from './owed-world.js';

// What rules say of an edge is decided on the record that shows it, whichever record carries it out.

const rich = call('entered', { if: 'points >= 1000' });

test.each(['busy', 'down', 'crash'])(
  'a condition is decided on the record that shows the edge, though another one carries it out: %s',
  async (trouble) => {
    const one = world(of([contact, rich]));
    one.how.dies = trouble === 'crash';
    one.how.answers = { Call: trouble === 'busy' ? busy : trouble === 'down' ? down : undefined };
    const entry = says(11, 'realized', { points: 2_000 });
    await run(one.deps, [entry]).catch(() => []);
    one.how.dies = false;
    one.how.answers = {};
    const tried = one.calls().length;
    one.deps.clock.advance(400_000);
    await run(one.deps, [says(11, 'realized', { points: 5 })]);
    await comesBack(one);
    await run(one.deps, [entry]);
    expect(one.calls().length - tried).toBe(1);
  },
);

test('what the record that shows the edge does not fulfil is not done because another row was busy', async () => {
  const one = world(of([contact, rich]));
  one.how.answers = { Contact: busy };
  await run(one.deps, [says(11, 'realized', { points: 5 })]);
  one.how.answers = {};
  await run(one.deps, [says(11, 'realized', { points: 2_000 })]);
  await comesBack(one);
  expect(one.calls()).toEqual([]);
});

test('a letter keeps to what was decided, until its rule asks for something else', async () => {
  const one = world(of([contact, rich]));
  one.how.answers = { Contact: refused };
  await run(one.deps, [says(11, 'realized', { points: 5 })]);
  one.how.answers = {};
  await run(one.deps, [says(11, 'realized', { points: 2_000 })]);
  await judgedAll(one);
  expect(one.calls()).toEqual([]);
  const changed = of([contact, call('entered', { if: 'points >= 500' })]);
  await judgedAll({ ...one, deps: { ...one.deps, rules: changed } });
  expect(one.calls()).toHaveLength(1);
});

const both = rule(
  'both',
  { entered: { all: ['hot', 'cold'] } },
  { send: 'desk/Call', set: { who: '$key', what: { value: 'both' } } },
);

test.each([
  ['nothing fails', undefined],
  ['parked', busy],
  ['held', down],
])(
  'entering the last of several audiences counts, though one is left in the same batch: %s',
  async (_, trouble) => {
    const one = world(of([both]));
    await run(one.deps, [says(11, 'realized')]);
    one.how.answers = { Call: trouble };
    const batch = [saysCold(12, 'realized'), says(13, 'exited')];
    await run(one.deps, batch);
    const tried = trouble ? one.calls().length : 0;
    one.how.answers = {};
    await comesBack(one);
    await run(one.deps, batch);
    expect(one.calls().length - tried).toBe(1);
  },
);

test('what is in doubt of it is a letter', async () => {
  const one = world(of([both]), { keys: false });
  await run(one.deps, [says(11, 'realized')]);
  const batch = [saysCold(12, 'realized'), says(13, 'exited')];
  one.how.dies = true;
  await run(one.deps, batch).catch(() => []);
  one.how.dies = false;
  one.deps.clock.advance(400_000);
  await run(one.deps, batch);
  expect(one.deps.deadLetters.all()).toHaveLength(1);
});

test('entering the last of several is one entering, though an older one is owed still', async () => {
  const one = world(of([contact, both, call('entered')]));
  one.how.answers = { Contact: busy };
  // Owed under a newer time than that of the audience that completes it.
  await run(one.deps, [says(13, 'realized')]);
  await run(one.deps, [saysCold(12, 'realized')]);
  one.how.answers = {};
  await comesBack(one);
  expect(one.said().sort()).toEqual(['both', 'entered']);
});

const stopping = [
  {
    ...rule(
      'in',
      { entered: 'hot' },
      { upsert: 'sales/Log', match: { Id: '$key' }, set: { Seen: { value: 'yes' } } },
    ),
    stop: true,
  },
  call('entered'),
  call('left'),
];

test.each([
  ['nothing fails', undefined],
  ['parked', busy],
  ['held', down],
])('a rule of one edge stops those after it about that edge, and no others: %s', async (_, trouble) => {
  const one = world(of(stopping));
  one.how.answers = { Log: trouble, Call: trouble };
  const batch = [says(11, 'realized'), says(13, 'exited')];
  await run(one.deps, batch);
  one.how.answers = {};
  await comesBack(one);
  await run(one.deps, batch);
  expect([...new Set(one.said())]).toEqual(['left']);
});

test('nor does it stop rules of the record that carries it out, or these its own', async () => {
  const cold = { ...call('cold'), when: { entered: 'cold' } };
  const one = world(of([...stopping, cold]));
  one.how.answers = { Log: busy };
  await run(one.deps, [says(11, 'realized')]);
  one.how.answers = {};
  await run(one.deps, [saysCold(12, 'realized')]);
  expect(one.said()).toEqual(['cold']);
  expect(one.rows.get('Log/C-1')).toEqual({ Seen: 'yes' });
});

test('nor do rules of that record stop what was decided before', async () => {
  const first = { ...call('cold'), when: { entered: 'cold' }, stop: true };
  const one = world(of([first, call('entered')]));
  one.how.answers = { Call: busy };
  await run(one.deps, [says(11, 'realized')]);
  one.how.answers = {};
  const tried = one.calls().length;
  await run(one.deps, [saysCold(12, 'realized')]);
  expect(one.said().slice(tried).sort()).toEqual(['cold', 'entered']);
});

// Letters, and what has become known since.

test.each([
  ['refused', refused, true],
  ['in doubt', silence, false],
])('a letter whose membership was merely said again is carried out: %s', async (_, answer, keys) => {
  const one = world(of([call('entered'), call('stayed')]), { keys });
  one.how.answers = { Call: answer };
  await run(one.deps, [says(11, 'realized')]);
  one.how.answers = { Call: refused };
  await run(one.deps, [says(15, 'realized')]);
  await run(one.deps, [says(17, 'realized')]);
  one.how.answers = {};
  const tried = one.calls().length;
  await judgedAll(one);
  expect(one.said().slice(tried).sort()).toEqual(['entered', 'stayed', 'stayed']);
  await judgedAll(one);
  expect(one.calls().length - tried).toBe(3);
});

test.each([
  ['the exit is the newest', [13]],
  ['the person has come back', [13, 15]],
])('a letter is not carried out once the person has turned: %s', async (_, turns) => {
  const one = world(of([call('entered')]));
  one.how.answers = { Call: refused };
  await run(one.deps, [says(11, 'realized')]);
  one.how.answers = {};
  for (const second of turns) await run(one.deps, [says(second, second === 13 ? 'exited' : 'realized')]);
  const tried = one.calls().length;
  expect(await judgedAll(one)).toEqual(['stale']);
  expect(one.calls()).toHaveLength(tried);
});

test('nor when that became known late', async () => {
  const one = world(of([call('entered')]));
  one.how.answers = { Call: refused };
  await run(one.deps, [says(11, 'realized')]);
  one.how.answers = {};
  await run(one.deps, [says(15, 'realized')]);
  expect(await run(one.deps, [says(13, 'exited')])).toEqual(['stale']);
  const tried = one.calls().length;
  await judgedAll(one);
  expect(one.calls()).toHaveLength(tried);
});

test.each([
  ['that is still the newest', [], 1],
  ['and the person has come back', [20], 0],
])('a letter about an entry whose exit came with it %s', async (_, later, calls) => {
  const one = world(of([call('entered')]));
  one.how.answers = { Call: down };
  const batch = [says(11, 'realized'), says(13, 'exited')];
  await run(one.deps, batch);
  one.how.answers = { Call: refused };
  one.deps.clock.advance(100_000);
  await run(one.deps, batch);
  one.how.answers = {};
  for (const second of later) await run(one.deps, [says(second, 'realized')]);
  const tried = one.calls().length;
  await judgedAll(one);
  expect(one.calls().length - tried).toBe(calls);
});
