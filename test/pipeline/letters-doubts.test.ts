import { expect, test } from 'vitest';
import {
  busy,
  call,
  comesBack,
  contact,
  DAY,
  judged,
  judgedAll,
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

// A letter names everything about its record that may have been done, and tells of what was not done beside it.

const page = (who: string) => ({ send: who, set: { who: '$key', what: { value: who } } });
const both = rule('both', { entered: 'hot' }, page('desk/Call'), page('sales/Page'));
const cause = 'both (entered hot)';
const [desk, sales] = [
  { connection: 'desk', object: 'Call' },
  { connection: 'sales', object: 'Page' },
];

test('a letter names every send of its record that had no answer, and its replay makes all of them', async () => {
  const one = world(of([both]), { keys: false });
  one.how.answers = { Call: silence, Page: silence };
  expect(await run(one.deps, [says(11, 'realized')])).toEqual(['rejected']);
  const letter = onlyLetter(one);
  expect(letter.doubts).toEqual([
    { ...desk, target: expect.stringMatching(/^desk\/Call!/), causes: [cause] },
    { ...sales, target: expect.stringMatching(/^sales\/Page!/), causes: [cause] },
  ]);
  expect(letter.fault.message).toContain('desk (Call), sales (Page)');
  expect(letter).toMatchObject({ remote: { connection: 'desk', code: 'DOUBTFUL' } });
  expect(letter).not.toHaveProperty('beside');
  one.how.answers = {};
  expect(await judgedAll(one)).toEqual(['delivered']);
  expect(one.said().slice(2)).toEqual(['desk/Call', 'sales/Page']);
});

test('of what a letter names only what it names is sent again by its replay', async () => {
  const one = world(of([both]), { keys: false });
  one.how.answers = { Call: silence, Page: silence };
  await run(one.deps, [says(11, 'realized')]);
  const letter = onlyLetter(one);
  const named = { ...letter, doubts: (letter.doubts ?? []).filter(({ object }) => object === 'Page') };
  one.how.answers = {};
  expect(await run(one.deps, [judged(named)], false)).toEqual(['rejected']);
  expect(one.said().slice(2)).toEqual(['sales/Page']);
  // And the other one is told of anew.
  expect(onlyLetter(one)).toMatchObject({ doubts: [desk], remote: { code: 'DOUBTFUL' } });
});

test('a letter of an older version names nothing: its replay makes all that its edges want', async () => {
  const one = world(of([both]), { keys: false });
  one.how.answers = { Call: silence, Page: silence };
  await run(one.deps, [says(11, 'realized')]);
  const { doubts: _, ...old } = onlyLetter(one);
  one.how.answers = {};
  expect(await run(one.deps, [judged(old)], false)).toEqual(['delivered']);
  expect(one.said().slice(2)).toEqual(['desk/Call', 'sales/Page']);
});

test('a row that was refused is told of beside a call in doubt, and a replay does both', async () => {
  const one = world(of([contact, call('entered')]), { keys: false });
  one.how.answers = { Call: silence, Contact: refused };
  await run(one.deps, [says(11, 'realized')]);
  const letter = onlyLetter(one);
  expect(letter).toMatchObject({
    fault: { code: 'remote.doubtful' },
    doubts: [{ object: 'Call' }],
    beside: { fault: { code: 'remote.rejected' }, remote: { connection: 'sales', code: 'NO' } },
  });
  expect(letter.fault.message).toContain('remote.rejected');
  one.how.answers = {};
  expect(await judgedAll(one)).toEqual(['delivered']);
  expect([...one.rows.keys()]).toContain('Contact/C-1');
  expect(one.calls()).toHaveLength(2);
});

test('so is a row that has no address', async () => {
  const mailed = rule(
    'mailed',
    { entered: 'hot' },
    { upsert: 'sales/Lead', match: { Email: 'person.email' }, set: { In: { value: 'yes' } } },
  );
  const one = world(of([mailed, call('entered')]), { keys: false });
  one.how.answers = { Call: silence };
  await run(one.deps, [says(11, 'realized')]);
  expect(onlyLetter(one)).toMatchObject({
    doubts: [{ object: 'Call' }],
    beside: { fault: { code: 'person.unaddressed' } },
  });
});

test('a row that was refused is told of beside a call that has been overtaken', async () => {
  const one = world(of([contact, call('entered')]), { keys: false });
  one.how.answers = { Call: silence, Contact: busy };
  await run(one.deps, [says(11, 'realized')]);
  one.how.answers = { Contact: refused };
  expect(await run(one.deps, [says(13, 'exited')])).toEqual(['rejected']);
  expect(onlyLetter(one)).toMatchObject({
    doubts: [{ ...desk, overtaken: true }],
    beside: { fault: { code: 'remote.rejected' }, remote: { connection: 'sales', code: 'NO' } },
  });
  one.how.answers = {};
  await judgedAll(one);
  expect(one.rows.get('Contact/C-1')).toMatchObject({ Hot: false });
  expect(one.calls()).toHaveLength(1);
});

test('a call that has been overtaken is told of beside one that has not, and only the latter is made', async () => {
  const one = world(of([contact, call('entered'), call('left')]), { keys: false });
  one.how.answers = { Call: silence, Contact: busy };
  await run(one.deps, [says(11, 'realized')]);
  one.how.answers = { Call: silence };
  await run(one.deps, [says(13, 'exited')]);
  const letter = onlyLetter(one);
  expect(letter.doubts).toMatchObject([{ causes: ['call left (left hot)'] }, { ...desk, overtaken: true }]);
  expect(letter.remote?.code).toBe('DOUBTFUL');
  one.how.answers = {};
  await judgedAll(one);
  expect(one.said()).toEqual(['entered', 'left', 'left']);
});

test('two calls that have been overtaken are both told of, once', async () => {
  const one = world(of([both]), { keys: false });
  one.how.dies = true;
  await run(one.deps, [says(11, 'realized')]).catch(() => []);
  one.how.dies = false;
  one.deps.clock.advance(3_600_000);
  await run(one.deps, [says(13, 'exited')]);
  await run(one.deps, [says(14, 'exited')]);
  expect(onlyLetter(one)).toMatchObject({
    doubts: [
      { ...desk, overtaken: true },
      { ...sales, overtaken: true },
    ],
    remote: { code: 'DOUBTFUL_BYGONE' },
  });
});

test('a judgement that was acted upon in vain is no call of its own', async () => {
  const one = world(of([contact, call('entered')]), { keys: false });
  one.how.answers = { Call: silence };
  await run(one.deps, [says(11, 'realized')]);
  await judgedAll(one);
  one.how.answers = {};
  expect(await run(one.deps, [says(12, 'realized')])).toEqual(['unchanged']);
  expect(onlyLetter(one).doubts).toHaveLength(1);
  // And it is forgotten with the call.
  await run(one.deps, [says(13, 'realized', {}, T0 + 100 * DAY)]);
  expect((await one.state())?.unsure.size).toBe(0);
});

const moved = rule('moved', { changed: 'person.city' }, page('desk/Call'));
const lives = (city: string) => ({ person: { city } });

test('a call for a change is not overtaken while the record that shows the change is parked', async () => {
  const one = world(of([contact, moved]), { keys: false });
  await run(one.deps, [says(10, 'realized', lives('Rome'))]);
  one.how.answers = { Call: silence, Contact: busy };
  expect(await run(one.deps, [says(11, 'exited', lives('Oslo'))])).toEqual(['parked']);
  one.how.answers = {};
  expect(await run(one.deps, [says(12, 'exited')])).not.toContain('rejected');
  expect(await comesBack(one)).toEqual(['rejected']);
  expect(onlyLetter(one)).toMatchObject({
    remote: { code: 'DOUBTFUL' },
    doubts: [{ causes: ['moved (person.city changed)'] }],
  });
  expect(one.calls()).toHaveLength(1);
});

test('but by a newer value it is', async () => {
  const one = world(of([contact, moved]), { keys: false });
  await run(one.deps, [says(10, 'realized', lives('Rome'))]);
  one.how.answers = { Call: silence, Contact: busy };
  await run(one.deps, [says(11, 'exited', lives('Oslo'))]);
  one.how.answers = {};
  await run(one.deps, [says(12, 'exited', lives('Bergen'))]);
  await comesBack(one);
  expect(onlyLetter(one)).toMatchObject({ doubts: [{ ...desk, overtaken: true }] });
  expect(one.calls()).toHaveLength(2);
});
