import { expect, test } from 'vitest';
import type { EndingName, Message, StateStore } from '../../shared/core/ports.js';
import { forgetPerson, forgetPlace } from '../../shared/pipeline/forget.js';
import { createPipeline, type PipelineDeps } from '../../shared/pipeline/run.js';
import { fakeCrm, fakeDeps, message, rulesOf } from '../support/fakes.js';
import { call, contact, says as entered, judgedAll, of, silence, world } from './owed-world.js';

const DAY_MS = 86_400_000;

const file = {
  audiences: { hot: 'hot-1' },
  person: { key: ['crmid'] },
  connections: { sales: { type: 'fake' } },
  rules: [
    {
      name: 'rows',
      when: { member: 'hot' },
      do: [
        { upsert: 'sales/Contact', match: { Id: '$key' }, set: { Hot: { member: 'hot' }, Name: 'name' } },
        { upsert: 'sales/ContactNote', match: { Id: '$key' }, set: { Hot: { member: 'hot' } } },
        { 'add to': 'sales/Contact', list: 'news', match: { Id: '$key' } },
      ],
    },
    {
      name: 'task',
      when: { stayed: 'hot' },
      do: [{ send: 'sales/Task', set: { Subject: { value: 'call' } } }],
    },
  ],
};
const kept = rulesOf(file);
const refreshed = rulesOf({ ...file, refresh: { days: 30 } });

let ids = 0;
const says = (person: string): Message => {
  ids += 1;
  const membership = { status: 'realized', lastQualificationTime: '2026-09-01T10:00:00Z' };
  const body = {
    identityMap: { crmid: [{ id: person }] },
    segmentMembership: { ups: { 'hot-1': membership } },
    name: 'Ada',
  };
  return message(`m${ids}`, body, 1_790_000_000_000 + ids);
};

async function run(deps: PipelineDeps, ...messages: Message[]): Promise<EndingName[]> {
  const settlements = await createPipeline(deps).run(messages, { redelivers: true });
  return settlements.flatMap(({ endings }) => endings.map(({ name }) => name));
}

/** Two persons whose rows have been written, and whose one task has been made. */
async function settled(rules = kept) {
  const crm = fakeCrm();
  const deps = fakeDeps(rules, crm);
  await run(deps, says('C-1'), says('C-2'));
  await run(deps, says('C-1'), says('C-2'));
  const began = crm.calls.length;
  const since = (): string[] =>
    crm.calls
      .slice(began)
      .flat()
      .map(({ operation, object, key }) => `${operation} ${object} ${key['Id'] ?? ''}`)
      .sort();
  return { crm, deps, since };
}

test('without a refresh age what was accepted counts for ever', async () => {
  const { deps, since } = await settled();
  deps.clock.advance(3_000 * DAY_MS);
  expect(await run(deps, says('C-1'))).toEqual(['unchanged']);
  expect(since()).toEqual([]);
});

test('what was accepted longer ago than the refresh age is written again, once, and nothing happens twice', async () => {
  const { crm, deps, since } = await settled(refreshed);
  deps.clock.advance(30 * DAY_MS - 60_000);
  expect(await run(deps, says('C-1'))).toEqual(['unchanged']);
  deps.clock.advance(60_000);
  expect(await run(deps, says('C-1'))).toEqual(['delivered']);
  expect(since()).toEqual(['add Contact C-1', 'upsert Contact C-1', 'upsert ContactNote C-1']);
  expect(crm.calls.flat().at(-3)?.fields).toEqual({ Hot: true, Name: 'Ada' });
  expect(await run(deps, says('C-1'))).toEqual(['unchanged']);
});

test('a place that is forgotten is written again for everybody, its neighbours are not', async () => {
  const { deps, since } = await settled();
  await forgetPlace(deps.store, 'sales/Contact', deps.clock.now());
  deps.clock.advance(1);
  expect(await run(deps, says('C-1'))).toEqual(['delivered']);
  expect(await run(deps, says('C-1'))).toEqual(['unchanged']);
  expect(await run(deps, says('C-2'))).toEqual(['delivered']);
  expect(since()).toEqual(['add Contact C-1', 'add Contact C-2', 'upsert Contact C-1', 'upsert Contact C-2']);
});

test('a connection that is forgotten is all its objects; a second mark does not undo the first', async () => {
  const { deps, since } = await settled();
  await forgetPlace(deps.store, 'sales', deps.clock.now());
  await forgetPlace(deps.store, 'sales/ContactNote', deps.clock.now());
  await forgetPlace(deps.store, 'sales', deps.clock.now() - DAY_MS);
  deps.clock.advance(1);
  expect(await run(deps, says('C-1'))).toEqual(['delivered']);
  expect(since()).toEqual(['add Contact C-1', 'upsert Contact C-1', 'upsert ContactNote C-1']);
});

test('one person is forgotten, others are not; who is not known is said not to be', async () => {
  const { deps, since } = await settled();
  expect(await forgetPerson(deps.store, 'crmid:C-1', deps.clock)).toBe(3);
  expect(await forgetPerson(deps.store, 'crmid:C-9', deps.clock)).toBeUndefined();
  expect(await run(deps, says('C-1'), says('C-2'))).toEqual(['delivered', 'unchanged']);
  expect(since()).toEqual(['add Contact C-1', 'upsert Contact C-1', 'upsert ContactNote C-1']);
});

test('whoever writes at the same time loses nothing', async () => {
  const { deps } = await settled();
  let between = 3;
  const store: StateStore = {
    ...deps.store,
    async read(wanted) {
      const states = await deps.store.read(wanted);
      if (between-- > 0) await run(deps, { ...says('C-1'), at: 1_790_000_000_000 + 1_000 - between });
      return states;
    },
  };
  expect(await forgetPerson(store, 'crmid:C-1', deps.clock)).toBe(3);
  between = Number.POSITIVE_INFINITY;
  let at = 1_790_000_001_000;
  const restless: StateStore = {
    ...deps.store,
    async read(wanted) {
      const states = await deps.store.read(wanted);
      at += 1;
      await run(deps, { ...says('C-1'), at });
      return states;
    },
  };
  await expect(forgetPerson(restless, 'crmid:C-1', deps.clock)).rejects.toMatchObject({
    code: 'store.contended',
  });
});

/** Somebody's entry as it happens, which is no backfill. */
const entering = (): Message => {
  const one = says('C-1');
  return { ...one, body: String(one.body).replace('2026-09-01', '2026-09-21') };
};

/** A target of calls that must not be repeated, which lets something happen while a call is under way. */
function calling(meanwhile: (deps: PipelineDeps) => void) {
  const inner = fakeCrm();
  const crm: typeof inner = {
    ...inner,
    isIdempotent: () => false,
    send(actions, signal) {
      meanwhile(deps);
      return inner.send.call(crm, actions, signal);
    },
  };
  const rules = rulesOf({
    ...file,
    rules: [
      {
        name: 'task',
        when: { entered: 'hot' },
        do: [{ send: 'sales/Task', set: { Subject: { value: 'call' } } }],
      },
    ],
  });
  const deps = fakeDeps(rules, crm);
  return { crm, deps };
}

test('who is forgotten during a call is forgotten after it: the call is no dead letter', async () => {
  let forgotten: Promise<number | undefined> | undefined;
  const { crm, deps } = calling(({ store, clock }) => {
    forgotten = forgetPerson(store, 'crmid:C-1', clock);
  });
  expect(await run(deps, entering())).toEqual(['delivered']);
  expect(await forgotten).toBe(0);
  expect(deps.deadLetters.all()).toEqual([]);
  expect(crm.calls).toHaveLength(1);
});

test('who is being sent for all the time is not forgotten, and it is said when to try again', async () => {
  const { deps } = calling(() => {
    throw new Error('the process dies');
  });
  await expect(run(deps, entering())).rejects.toThrow('dies');
  await expect(forgetPerson(deps.store, 'crmid:C-1', deps.clock)).rejects.toMatchObject({
    code: 'store.contended',
    message: expect.stringContaining('in 170 seconds'),
  });
  deps.clock.advance(170_000);
  expect(await forgetPerson(deps.store, 'crmid:C-1', deps.clock)).toBe(0);
});

test('says how many rows are in doubt, and counts neither calls nor what was judged of them', async () => {
  const one = world(of([contact, call('entered')]), { keys: false });
  one.how.answers = { Call: silence };
  await run(one.deps, entered(11, 'realized'));
  await judgedAll(one);
  expect((await one.state())?.unsure.size).toBe(2);
  expect(await forgetPerson(one.deps.store, 'crmid:C-1', one.deps.clock)).toBe(1);
});
