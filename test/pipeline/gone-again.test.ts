import { expect, test } from 'vitest';
import { Fault } from '../../shared/core/fault.js';
import type { EndingName } from '../../shared/core/ports.js';
import type { Action } from '../../shared/core/remote.js';
import { toMessage } from '../../shared/pipeline/replay.js';
import { createPipeline } from '../../shared/pipeline/run.js';
import { fakeCrm, fakeDeps, message, rulesOf } from '../support/fakes.js';

const T0 = 1_790_000_000_000;
const contact = { match: { Id: '$key' } };
const person = { key: ['crmid'], wait: ['ecid'] };

type Says = readonly [audience: string, status: string, second: number];

function world(file: object) {
  const crm = fakeCrm();
  const deps = fakeDeps(
    rulesOf({ person, connections: { sales: { type: 'fake', allow: ['delete'] } }, ...file }),
    crm,
  );
  let ids = 0;
  /** Gives how a record ended, and what was sent for it. */
  const run = async (identityMap: object, said: readonly Says[], more: object = {}) => {
    const before = crm.calls.length;
    const ups = said.map(([audience, status, second]) => [
      audience,
      { status, lastQualificationTime: new Date(T0 - 3_600_000 + second * 1000).toISOString() },
    ]);
    const body = { identityMap, segmentMembership: { ups: Object.fromEntries(ups) }, ...more };
    ids += 1;
    const [settlement] = await createPipeline(deps).run([message(`m${ids}`, body, T0 + ids)], {
      redelivers: true,
    });
    const endings = (settlement?.endings ?? []).map(({ name }): EndingName => name);
    return {
      endings,
      sent: crm.calls
        .slice(before)
        .flat()
        .map(({ operation }): Action['operation'] => operation),
    };
  };
  return { crm, deps, run };
}

const known = { crmid: [{ id: 'C-1' }] };

test('with a row its places on lists are gone: nothing is put there while it is deleted, and all when it is made again', async () => {
  const { run } = world({
    audiences: { hot: 'hot', gone: 'gone' },
    rules: [
      {
        name: 'row',
        when: { member: 'hot' },
        do: [
          { upsert: 'sales/Contact', ...contact, set: { Name: 'name' } },
          { 'add to': 'sales/Contact', list: 'news', ...contact },
        ],
      },
      { name: 'delete', when: { entered: 'gone' }, do: [{ delete: 'sales/Contact', ...contact }] },
      {
        name: 'back',
        when: { left: 'gone' },
        do: [{ upsert: 'sales/Contact', ...contact, set: { Back: { value: true } } }],
      },
    ],
  });
  const hot: Says = ['hot', 'realized', 1];
  expect((await run(known, [hot], { name: 'Ada' })).sent).toEqual(['upsert', 'add']);
  expect((await run(known, [hot, ['gone', 'realized', 2]])).sent).toEqual(['delete']);
  expect((await run(known, [hot], { name: 'Bea' })).sent).toEqual([]);
  const back: Says = ['gone', 'exited', 3];
  const sent = [...(await run(known, [hot, back])).sent, ...(await run(known, [hot, back])).sent];
  expect(sent).toEqual(['upsert', 'add']);
  expect((await run(known, [hot, back])).sent).toEqual([]);
});

test('a place named before its row in the file is taken when the row comes back with the same record', async () => {
  const { run } = world({
    audiences: { gone: 'gone' },
    rules: [
      { name: 'list', when: { left: 'gone' }, do: [{ 'add to': 'sales/Contact', list: 'back', ...contact }] },
      { name: 'delete', when: { entered: 'gone' }, do: [{ delete: 'sales/Contact', ...contact }] },
      {
        name: 'back',
        when: { left: 'gone' },
        do: [{ upsert: 'sales/Contact', ...contact, set: { Back: { value: true } } }],
      },
    ],
  });
  expect((await run(known, [['gone', 'realized', 1]])).sent).toEqual(['delete']);
  const back: Says = ['gone', 'exited', 2];
  expect((await run(known, [back])).sent).toEqual(['upsert', 'add']);
  expect((await run(known, [back])).sent).toEqual([]);
});

const guarded = (match: object) => ({
  audiences: { hot: 'hot' },
  consent: { require: 'ok', withdrawn: [{ upsert: 'sales/Contact', match, set: { Out: { value: true } } }] },
  rules: [
    {
      name: 'row',
      when: { member: 'hot' },
      do: [{ upsert: 'sales/Contact', ...contact, set: { Name: 'name' } }],
    },
  ],
});

test('consent that a visitor withdraws is carried out when the key arrives', async () => {
  const { run } = world(guarded({ Id: '$key' }));
  const visitor = { ecid: [{ id: 'X' }] };
  expect(await run(visitor, [], { ok: 'n' })).toEqual({ endings: ['unaddressed'], sent: [] });
  expect(await run({ ...visitor, ...known }, [])).toEqual({ endings: ['delivered'], sent: ['upsert'] });
});

test('an opt-out without an address leaves a letter, and is carried out when there is one', async () => {
  const { run, deps } = world(guarded({ Email: 'mail' }));
  expect(await run(known, [], { ok: 'n' })).toEqual({ endings: ['unaddressed'], sent: [] });
  expect(deps.deadLetters.all()).toMatchObject([{ fault: { code: 'person.unaddressed' } }]);
  expect(await run(known, [], { mail: 'ada@example.com' })).toEqual({
    endings: ['delivered'],
    sent: ['upsert'],
  });
});

test('an opt-out without an address leaves one letter for each value of the consent, not one with every export', async () => {
  const { run, deps } = world(guarded({ Email: 'mail' }));
  const letters = () => deps.deadLetters.all().length;
  const said = async (ok: string) => [(await run(known, [], { ok })).endings[0], letters()];
  expect(await said('n')).toEqual(['unaddressed', 1]);
  expect(await said('n')).toEqual(['withheld', 1]);
  expect((await run(known, [['hot', 'realized', 1]])).endings).toEqual(['withheld']);
  expect(await said('no')).toEqual(['unaddressed', 2]);
  expect(await said('no')).toEqual(['withheld', 2]);
  await said('y');
  expect(await said('no')).toEqual(['unaddressed', 3]);
});

test('an opt-out whose letter could not be kept is told of when its record comes again', async () => {
  const { run, deps } = world(guarded({ Email: 'mail' }));
  const bury = deps.deadLetters.bury;
  deps.deadLetters.bury = async () => {
    throw new Fault('park.unavailable', 'down');
  };
  expect((await run(known, [], { ok: 'n' })).endings).toEqual(['held']);
  deps.deadLetters.bury = bury;
  expect((await run(known, [], { ok: 'n' })).endings).toEqual(['unaddressed']);
});

test('a letter of an opt-out that is replayed too early is not lost', async () => {
  const { run, deps } = world(guarded({ Email: 'mail' }));
  await run(known, [], { ok: 'n' });
  const letters = deps.deadLetters.all().map((letter) => toMessage({ ...letter, attempts: 0 }));
  const [replayed] = await createPipeline(deps).run(letters, { redelivers: false });
  expect(replayed?.endings).toMatchObject([{ name: 'unaddressed' }]);
});
