import { expect, test } from 'vitest';
import {
  busy,
  call,
  comesBack,
  judged,
  of,
  refused,
  rule,
  run,
  says,
  saysCold,
  silence,
  world,
} from './owed-world.js';

// A stream shows a record again that has a letter already, and the record carries out an edge that was owed meanwhile.

const rowOf = (object: string, audience: string) =>
  rule(
    object,
    { entered: audience },
    { upsert: `desk/${object}`, match: { Id: '$key' }, set: { In: { value: 'yes' } } },
  );

test('the letter owes both the edge it had and the one that was refused now', async () => {
  const one = world(of([rowOf('X', 'hot'), rowOf('Y', 'cold')]));
  one.how.answers = { X: refused, Y: busy };
  const record = says(11, 'realized');
  expect(await run(one.deps, [record])).toEqual(['rejected']);
  expect(await run(one.deps, [saysCold(12, 'realized')])).toEqual(['parked']);
  one.how.answers = { X: refused, Y: refused };
  await run(one.deps, [record]);
  await comesBack(one);
  one.how.answers = {};
  await run(one.deps, one.deps.deadLetters.all().map(judged), false);
  expect([...one.rows.keys()].sort()).toEqual(['X/C-1', 'Y/C-1']);
});

test('a letter about a doubtful call stays one, and its replay makes the call', async () => {
  const one = world(of([call('entered'), rowOf('Y', 'cold')]), { keys: false });
  one.how.answers = { Call: silence, Y: busy };
  const record = says(11, 'realized');
  expect(await run(one.deps, [record])).toEqual(['rejected']);
  expect(await run(one.deps, [saysCold(12, 'realized')])).toEqual(['parked']);
  one.how.answers = { Y: refused };
  await run(one.deps, [record]);
  await comesBack(one);
  one.how.answers = {};
  expect(one.deps.deadLetters.all().map(({ fault }) => fault.code)).toContain('remote.doubtful');
  await run(one.deps, one.deps.deadLetters.all().map(judged), false);
  expect(one.calls()).toHaveLength(2);
});

test('two doubtful calls of one letter are both made when somebody has judged it', async () => {
  const ring = rule('ring', { entered: 'cold' }, { send: 'desk/Ring', set: { who: '$key' } });
  const one = world(of([call('entered'), ring]), { keys: false });
  one.how.answers = { Call: silence };
  const record = says(11, 'realized');
  await run(one.deps, [record]);
  one.how.answers = { Ring: busy };
  await run(one.deps, [saysCold(12, 'realized')]);
  one.how.answers = { Ring: silence };
  await run(one.deps, [record]);
  await comesBack(one);
  one.how.answers = {};
  const tried = one.calls().length;
  await run(one.deps, one.deps.deadLetters.all().map(judged), false);
  expect(one.calls().length - tried).toBe(2);
});

test('a replay that mends a row is no judgement about a call that may have been made', async () => {
  const one = world(of([rowOf('X', 'hot'), call('entered')]), { keys: false });
  one.how.answers = { X: refused };
  const [first, again] = [says(11, 'realized'), says(11, 'realized')];
  const { store } = one.deps;
  let writes = 0;
  // The lease is written; then the process dies, its letter kept and the call made.
  const dying = (...given: Parameters<typeof store.write>) =>
    ++writes > 1 ? Promise.reject(new Error('the process dies')) : store.write(...given);
  await expect(run({ ...one.deps, store: { ...store, write: dying } }, [first])).rejects.toThrow('dies');
  const made = one.calls().length;
  one.deps.clock.advance(400_000);
  await run(one.deps, [again]);
  one.how.answers = {};
  const rejected = one.deps.deadLetters.all().filter(({ fault }) => fault.code === 'remote.rejected');
  expect([made, rejected.length]).toEqual([1, 1]);
  await run(one.deps, rejected.map(judged), false);
  expect(one.calls()).toHaveLength(1);
  expect([...one.rows.keys()]).toContain('X/C-1');
});
