import { expect, test } from 'vitest';
import {
  busy,
  call,
  comesBack,
  contact,
  DAY,
  judgedAll,
  of,
  run,
  says,
  silence,
  T0,
  world,
} from './owed-world.js';

// Something was begun, nobody knows whether it was done, and before it is tried again nobody wants it any more.

const HOUR = 3_600_000;

test('a call that may have been made before a crash is a letter, though an exit came first', async () => {
  const one = world(of([contact, call('entered')]), { keys: false });
  one.how.dies = true;
  const entry = says(11, 'realized');
  await run(one.deps, [entry]).catch(() => []);
  one.how.dies = false;
  one.deps.clock.advance(HOUR);
  expect(await run(one.deps, [says(13, 'exited')])).toEqual(['rejected']);
  await run(one.deps, [entry]);
  expect(one.calls()).toEqual([]);
  const letters = one.deps.deadLetters.all();
  expect(letters).toMatchObject([
    { fault: { code: 'remote.doubtful' }, remote: { code: 'DOUBTFUL_BYGONE' } },
  ]);
  expect(letters[0]?.fault.message).toContain('desk');
});

test('so is one without an answer beside a busy row', async () => {
  const one = world(of([contact, call('entered')]), { keys: false });
  one.how.answers = { Call: silence, Contact: busy };
  expect(await run(one.deps, [says(11, 'realized')])).toEqual(['parked']);
  one.how.answers = {};
  await run(one.deps, [says(13, 'exited')]);
  await comesBack(one);
  await run(one.deps, [says(14, 'exited')]);
  expect(one.calls()).toHaveLength(1);
  expect(one.deps.deadLetters.all()).toHaveLength(1);
});

test('its replay sends nothing, and the doubt is remembered no longer than what was sent', async () => {
  const one = world(of([contact, call('entered')]), { keys: false });
  one.how.dies = true;
  await run(one.deps, [says(11, 'realized')]).catch(() => []);
  one.how.dies = false;
  one.deps.clock.advance(HOUR);
  await run(one.deps, [says(13, 'exited')]);
  await judgedAll(one);
  expect(one.calls()).toEqual([]);
  expect((await one.state())?.unsure.size).toBe(1);
  await run(one.deps, [says(14, 'realized', {}, T0 + 100 * DAY)]);
  expect((await one.state())?.unsure.size).toBe(0);
});

test('what could be sent again without harm leaves nothing behind', async () => {
  const one = world(of([call('entered')]));
  one.how.answers = { Call: silence };
  for (let second = 10; second < 20; second += 2) {
    await run(one.deps, [says(second, 'realized')]);
    await run(one.deps, [says(second + 1, 'exited')]);
  }
  expect((await one.state())?.unsure.size).toBe(0);
  expect(one.deps.deadLetters.all()).toEqual([]);
});

test('while the person owes something, what was begun is still wanted', async () => {
  const one = world(of([contact, call('entered')]), { keys: false });
  one.how.answers = { Call: silence, Contact: busy };
  const entry = says(11, 'realized');
  await run(one.deps, [entry]);
  one.how.answers = {};
  await comesBack(one);
  expect(one.deps.deadLetters.all()).toMatchObject([{ remote: { code: 'DOUBTFUL' } }]);
});
