import { expect, test } from 'vitest';
import type { Connector, Outcome } from '../../shared/core/remote.js';
import {
  as,
  busy,
  call,
  cart,
  comesBack,
  contact,
  crmid,
  DAY,
  down,
  judged,
  mail,
  of,
  onlyLetter,
  refused,
  rule,
  run,
  says,
  silence,
  T0,
  world,
} from './owed-world.js';

// What becomes of edges that failed, when something overtakes them: a repetition, the opposite, a letter, another key, time.

test.each(['parked', 'dead'])(
  'an entry that comes again is no stay, though it was %s in between',
  async (how) => {
    const one = world(of([contact, call('stayed')]));
    const entry = says(11, 'realized');
    if (how === 'parked') one.how.answers = { Contact: busy };
    one.how.dies = how === 'dead';
    await run(one.deps, [entry]).catch(() => []);
    one.how.answers = {};
    one.how.dies = false;
    await comesBack(one);
    await run(one.deps, [entry]);
    expect(one.calls()).toEqual([]);
  },
);

test('a stay that failed is done once, whatever comes first then', async () => {
  const one = world(of([contact, call('stayed')]));
  await run(one.deps, [says(11, 'realized')]);
  const stay = says(11, 'realized');
  one.how.answers = { Call: busy };
  expect(await run(one.deps, [stay])).toEqual(['parked']);
  one.how.answers = {};
  const tried = one.calls().length;
  await comesBack(one);
  await run(one.deps, [stay]);
  expect(one.calls().length - tried).toBe(1);
});

test('a letter with an old edge does not end the newer one that is owed', async () => {
  const one = world(of([contact, cart('entered', 'left'), cart('left', 'taken')]));
  one.how.answers = { Contact: busy };
  await run(one.deps, [says(11, 'realized')]);
  one.how.answers = { Contact: refused };
  expect(await run(one.deps, [says(12, 'realized')])).toEqual(['rejected']);
  const letter = onlyLetter(one);
  one.how.answers = {};
  expect(await run(one.deps, [says(13, 'exited')])).toEqual(['delivered']);
  one.how.answers = { State: busy };
  expect(await run(one.deps, [says(15, 'realized')])).toEqual(['parked']);
  one.how.answers = {};
  await run(one.deps, [judged(letter)], false);
  await comesBack(one);
  expect(one.rows.get('State/C-1')).toMatchObject({ Cart: 'left' });
});

test('a judgement holds for one call, though the queue hands its message out twice', async () => {
  const one = world(of([call('entered')]), { keys: false });
  one.how.answers = { Call: silence };
  await run(one.deps, [says(11, 'realized')], false);
  const again = judged(onlyLetter(one));
  await run(one.deps, [again], false);
  expect(one.calls()).toHaveLength(2);
  await run(one.deps, [again], false);
  expect(one.calls()).toHaveLength(2);
  // Somebody looks and judges once more.
  one.how.answers = {};
  await run(one.deps, [judged(onlyLetter(one))], false);
  expect(one.calls()).toHaveLength(3);
});

test.each([true, false])(
  'an entry and its exit in one batch whose process dies: the call is made, or in doubt (keys: %s)',
  async (keys) => {
    const one = world(of([contact, call('entered')]), { keys });
    const batch = [says(11, 'realized'), says(13, 'exited')];
    one.how.dies = true;
    await run(one.deps, batch).catch(() => []);
    one.how.dies = false;
    one.deps.clock.advance(400_000);
    await run(one.deps, batch);
    expect([one.calls().length, one.deps.deadLetters.all().length]).toEqual(keys ? [1, 0] : [0, 1]);
  },
);

test.each([
  ['parked', busy],
  ['held', down],
])('what an edge wants done once is done, though the opposite was %s with it', async (ending, trouble) => {
  const one = world(of([call('left'), cart('entered', 'left'), cart('left', 'taken')]));
  await run(one.deps, [says(11, 'realized')]);
  one.how.answers = { Call: trouble };
  const batch = [says(13, 'exited'), says(15, 'realized')];
  expect(await run(one.deps, batch)).toEqual([ending, ending]);
  one.how.answers = {};
  const tried = one.calls().length;
  await comesBack(one);
  await run(one.deps, batch);
  expect(one.calls().length - tried).toBe(1);
  // Rows say what is true now.
  expect(one.rows.get('State/C-1')).toMatchObject({ Cart: 'left' });
});

test('a row that an entry makes is there, though the exit that only updates it came in the same batch and both were held', async () => {
  const made = rule(
    'made',
    { entered: 'hot' },
    { upsert: 'desk/State', match: { Id: '$key' }, set: { Cart: { value: 'left' }, Made: { value: 'yes' } } },
  );
  const one = world(of([cart('left', 'taken'), made]));
  one.how.answers = { State: down };
  const batch = [says(11, 'realized'), says(13, 'exited')];
  expect(await run(one.deps, batch)).toEqual(['held', 'held']);
  one.how.answers = {};
  one.deps.clock.advance(400_000);
  await run(one.deps, batch);
  // The rule of the entry stands later in the file, and the exit is newer.
  expect(one.rows.get('State/C-1')).toMatchObject({ Cart: 'taken', Made: 'yes' });
});

test('what is done for an edge that was overtaken tells of then', async () => {
  const since = rule('since', { entered: 'hot' }, { send: 'desk/Call', set: { when: { since: 'hot' } } });
  const one = world(of([since]));
  one.how.answers = { Call: busy };
  await run(one.deps, [says(11, 'realized'), says(13, 'exited')]);
  one.how.answers = {};
  await comesBack(one);
  expect([...one.rows].filter(([key]) => key.startsWith('Call'))).toMatchObject([
    [expect.anything(), { when: '2026-11-01T10:00:11.000Z' }],
  ]);
});

test.each([[[0]], [[1]], [[0, 1]], [[1, 0]]])(
  'whatever of a batch comes first after a crash: %j',
  async (order) => {
    const one = world(of([contact, call('entered'), cart('entered', 'left'), cart('left', 'taken')]));
    await run(one.deps, [says(11, 'realized')]);
    const batch = [says(13, 'exited'), says(15, 'realized')];
    one.how.dies = true;
    await run(one.deps, batch).catch(() => []);
    one.how.dies = false;
    one.deps.clock.advance(400_000);
    for (const i of order) await run(one.deps, batch.slice(i, i + 1));
    expect(one.rows.get('State/C-1')).toMatchObject({ Cart: 'left' });
    expect(new Set(one.calls()).size).toBe(2);
  },
);

const consent = of([contact, call('entered')], {
  consent: {
    require: 'ok',
    withdrawn: [{ upsert: 'sales/Out', match: { Id: '$key' }, set: { No: { value: true } } }],
  },
});

test('what was withheld is not done once consent is back, trouble or not', async () => {
  const one = world(consent);
  one.how.answers = { Out: busy };
  expect(await run(one.deps, [says(11, 'realized', { ok: 'n' })])).toEqual(['parked']);
  one.how.answers = {};
  await run(one.deps, [says(11, 'realized', { ok: 'y' })]);
  await comesBack(one);
  expect(one.calls()).toEqual([]);
});

test('what is owed is not done for somebody who has withdrawn meanwhile', async () => {
  const one = world(consent);
  one.how.answers = { Call: busy };
  expect(await run(one.deps, [says(11, 'realized', { ok: 'y' })])).toEqual(['parked']);
  one.how.answers = {};
  const tried = one.calls().length;
  await run(one.deps, [says(11, 'realized', { ok: 'n' })]);
  await comesBack(one);
  expect(one.calls()).toHaveLength(tried);
});

test('an edge that is owed for longer than sends are remembered is not done again', async () => {
  const one = world(of([contact, call('entered')]));
  one.how.answers = { Contact: busy };
  for (const day of [0, 30, 60, 89, 91, 95])
    await run(one.deps, [says(11 + Math.floor(day / 10), 'realized', {}, T0 + day * DAY)]);
  expect(one.calls()).toHaveLength(1);
});

test.each([
  ['no answer', { Call: silence }],
  ['no answer, and then everything is down', { Call: silence, Contact: down }],
])('what was begun under one key keeps its name under a better one: %s', async (_, answers) => {
  const one = world(of([contact, call('entered')]));
  one.how.answers = answers;
  await run(one.deps, [says(11, 'realized', as(mail))]);
  one.how.answers = {};
  one.deps.clock.advance(400_000);
  await run(one.deps, [says(11, 'realized', as(mail, crmid))]);
  await comesBack(one);
  expect(one.calls().length).toBeGreaterThan(1);
  expect(new Set(one.calls()).size).toBe(1);
});

test('a second attempt that is put off does not make the first one certain', async () => {
  const one = world(of([contact, call('entered')]), { attempts: 2 });
  const answers = [silence, down];
  const crm = one.deps.connectors.get('desk');
  if (!crm) throw new Error('there is no desk');
  const desk: Connector = {
    ...crm,
    async send(actions, signal) {
      const outcomes = await crm.send(actions, signal);
      return outcomes.map((outcome) => answers.shift() ?? outcome);
    },
  };
  const connectors = new Map([...one.deps.connectors, ['desk', desk]]);
  await run({ ...one.deps, connectors }, [says(11, 'realized', as(mail))]);
  one.deps.clock.advance(400_000);
  await run(one.deps, [says(11, 'realized', as(mail, crmid))]);
  expect(one.calls().length).toBeGreaterThan(1);
  expect(new Set(one.calls()).size).toBe(1);
});

const status = (value: string) => ({
  upsert: 'sales/Contact',
  match: { Id: '$key' },
  set: { Status: { value } },
});
const log = rule(
  'log',
  { entered: 'hot' },
  { upsert: 'sales/Log', match: { Id: '$key' }, set: { Seen: { value: 'yes' } } },
);

/** In and out in one batch, in again, out again; twice, the first time with trouble. */
async function inAndOut(one: ReturnType<typeof world>, trouble: Outcome | undefined) {
  one.how.answers = { Contact: trouble, Log: trouble };
  const batches = [[says(11, 'realized'), says(13, 'exited')], [says(15, 'realized')], [says(17, 'exited')]];
  for (const batch of batches) {
    await run(one.deps, batch);
    one.deps.clock.advance(100_000);
  }
  one.how.answers = {};
  await comesBack(one);
  for (const batch of batches) await run(one.deps, batch);
}

test.each([
  ['nothing fails', undefined],
  ['held', down],
  ['parked', busy],
])('an older edge that is owed beside it does not overtake the newest one: %s', async (_, trouble) => {
  const level = { ...rule('level', { member: 'hot' }, status('member')), otherwise: [status('none')] };
  const one = world(of([level, rule('left', { left: 'hot' }, status('churned')), log]));
  await inAndOut(one, trouble);
  expect(one.rows.get('Contact/C-1')).toMatchObject({ Status: 'churned' });
});

test.each([
  ['nothing fails', undefined],
  ['held', down],
])(
  'an exit stops the rules after its own, also when older edges are owed beside it: %s',
  async (_, trouble) => {
    const left = { ...rule('left', { left: 'hot' }, status('churned')), stop: true };
    const one = world(of([left, log, call('left')]));
    await inAndOut(one, trouble);
    expect(one.said()).toEqual([]);
  },
);
