import { expect, test } from 'vitest';
import { bad, Fault } from '../../shared/core/fault.js';
import type { EndingName, Message, StateStore } from '../../shared/core/ports.js';
import type { Outcome } from '../../shared/core/remote.js';
import { EMPTY_STATE, type PersonState } from '../../shared/core/state.js';
import { forgetPerson } from '../../shared/pipeline/forget.js';
import { createPipeline, type PipelineDeps } from '../../shared/pipeline/run.js';
import { memoryStore } from '../../shared/stores/memory.js';
import { fakeCrm, fakeDeps, message, rulesOf } from '../support/fakes.js';

const file = {
  audiences: { hot: 'hot-1', vip: 'vip-1' },
  person: { key: ['crmid', 'email', 'phone'], wait: ['ecid'] },
  connections: { sales: { type: 'fake' } },
  rules: [
    {
      name: 'contact',
      when: { member: 'hot' },
      do: [{ upsert: 'sales/Contact', match: { Id: '$key' }, set: { Hot: { member: 'hot' }, Name: 'name' } }],
    },
    {
      name: 'welcome',
      when: { entered: 'hot' },
      do: [{ send: 'sales/Task', set: { Subject: { value: 'welcome' }, Name: 'name' } }],
    },
    {
      name: 'farewell',
      when: { left: 'hot' },
      do: [{ send: 'sales/Task', set: { Subject: { value: 'farewell' } } }],
    },
  ],
};
const rules = rulesOf(file);

const T0 = 1_790_000_000_000;
const QUALIFIED = T0 / 1000 - 3_600;
let ids = 0;

type Ids = { readonly c?: string; readonly e?: string; readonly p?: string; readonly x?: string | string[] };

/** A record that carries these identities; memberships as status and seconds after an hour before it came in. */
function says(
  { c, e, p, x }: Ids,
  hot?: readonly [status: string, second: number],
  more: object = {},
): Message {
  ids += 1;
  const list = (all: string | string[] | undefined) => [all ?? []].flat().map((id) => ({ id }));
  const at = new Date((QUALIFIED + (hot?.[1] ?? 0)) * 1000).toISOString();
  const membership = hot && { 'hot-1': { status: hot[0], lastQualificationTime: at } };
  const body = {
    identityMap: { crmid: list(c), email: list(e), phone: list(p), ecid: list(x) },
    segmentMembership: { ups: { ...membership } },
    ...more,
  };
  return message(`m${ids}`, body, T0 + ids);
}

function world(options: Parameters<typeof fakeCrm>[0] = {}) {
  const crm = fakeCrm(options);
  const lines: { event: string; fields: Readonly<Record<string, unknown>> }[] = [];
  const log = {
    write: (_: string, event: string, fields: Readonly<Record<string, unknown>>) =>
      void lines.push({ event, fields }),
  };
  const deps = fakeDeps(rules, crm, { log });
  const run = async (messages: readonly Message[], more: Partial<PipelineDeps> = {}) => {
    const settlements = await createPipeline({ ...deps, ...more }).run(messages, { redelivers: true });
    return settlements.flatMap(({ endings }): EndingName[] => endings.map(({ name }) => name));
  };
  const sends = () =>
    crm.calls
      .flat()
      .filter(({ operation }) => operation === 'send')
      .map(({ fields }) => fields['Subject']);
  const stateOf = async (id: string): Promise<PersonState | undefined> => {
    const found = (await deps.store.read([id])).get(id);
    return found?.ok ? found.value.state : undefined;
  };
  return { crm, deps, run, sends, stateOf, lines };
}

const REALIZED = ['realized', 10] as const;

test('who was known by an address moves to their CRM id: no edge fires again, rows are whole under the new key', async () => {
  const { crm, run, sends, stateOf } = world();
  expect(await run([says({ e: 'ada@example.com' }, REALIZED, { name: 'Ada' })])).toEqual(['delivered']);
  expect(await run([says({ c: 'C-1', e: 'ada@example.com' }, REALIZED)])).toEqual(['delivered']);
  expect(crm.rows.get('Contact/C-1')).toEqual({ Hot: true, Name: 'Ada' });
  expect(crm.rows.get('Contact/ada@example.com')).toEqual({ Hot: true, Name: 'Ada' });
  expect(sends()).toEqual(['welcome']);
  expect(await stateOf('email:ada@example.com')).toEqual({
    ...EMPTY_STATE,
    claimants: [{ to: 'crmid:C-1', key: 'C-1' }],
  });
});

test('who carries only the lesser key is found by it, whatever came first, and rows bear the better one', async () => {
  const { crm, run, sends } = world();
  expect(await run([says({ c: 'C-1', e: 'ada@example.com' })])).toEqual(['irrelevant']);
  expect(await run([says({ e: 'ada@example.com' }, REALIZED, { name: 'Ada' })])).toEqual(['delivered']);
  expect([...crm.rows.keys()].sort()).toEqual(['Contact/C-1', 'Task/']);
  expect(await run([says({ e: 'ada@example.com' }, ['exited', 20])])).toEqual(['delivered']);
  expect(crm.rows.get('Contact/C-1')).toMatchObject({ Hot: false });
  expect(sends()).toEqual(['welcome', 'farewell']);
});

test('of one batch each human is one person, the records in their order', async () => {
  const { crm, run, sends } = world();
  const batch = [
    says({ e: 'ada@example.com' }, REALIZED, { name: 'Ada' }),
    says({ p: '+491' }, ['realized', 5]),
    says({ c: 'C-1', e: 'ada@example.com', p: '+491' }),
    says({ e: 'ada@example.com' }, ['exited', 20]),
  ];
  expect(await run(batch)).toEqual(['delivered', 'stale', 'irrelevant', 'delivered']);
  expect([...crm.rows.keys()].sort()).toEqual(['Contact/C-1', 'Task/']);
  expect(sends().sort()).toEqual(['farewell', 'welcome']);
});

test('chains of keys are followed to their end', async () => {
  const { crm, run, stateOf } = world();
  await run([says({ p: '+491' }, REALIZED)]);
  await run([says({ e: 'ada@example.com', p: '+491' })]);
  await run([says({ c: 'C-1', e: 'ada@example.com' }, undefined, { name: 'Ada' })]);
  expect(crm.rows.get('Contact/C-1')).toEqual({ Hot: true, Name: 'Ada' });
  expect(await run([says({ p: '+491' }, ['exited', 20])])).toEqual(['delivered']);
  expect(crm.rows.get('Contact/C-1')).toEqual({ Hot: false, Name: 'Ada' });
  expect((await stateOf('phone:+491'))?.claimants).toEqual([
    { to: 'email:ada@example.com', key: 'ada@example.com' },
  ]);
});

test('other ids cost a read and a write each once, and nothing afterwards', async () => {
  const { deps, run } = world();
  let [reads, writes] = [0, 0];
  const store: StateStore = {
    ...deps.store,
    read: (...args) => {
      reads += 1;
      return deps.store.read(...args);
    },
    write: (all, ...rest) => {
      writes += all.length;
      return deps.store.write(all, ...rest);
    },
  };
  const all = { c: 'C-1', e: 'ada@example.com', p: '+491', x: ['1', '2'] };
  const cost = async (...messages: Message[]) => {
    [reads, writes] = [0, 0];
    await run(messages, { store });
    return { reads, writes };
  };
  expect(await cost(says(all))).toEqual({ reads: 2, writes: 5 });
  expect(await cost(says(all))).toEqual({ reads: 1, writes: 0 });
  expect(await cost(says(all), says({ ...all, c: 'C-1', x: ['1', '3'] }))).toEqual({ reads: 2, writes: 2 });
  const others = Array.from({ length: 50 }, (_, i) => says({ c: `D-${i}`, e: `d-${i}@example.com` }));
  expect(await cost(...others)).toEqual({ reads: 2, writes: 100 });
});

test('what leads from an id to a person does not expire before the person does', async () => {
  const { deps, run, stateOf } = world();
  const store = memoryStore({ clock: deps.clock, ttlDays: 100 });
  const both = { c: 'C-1', e: 'ada@example.com' };
  await run([says(both, REALIZED)], { store });
  for (let i = 0; i < 8; i++) {
    deps.clock.advance(31 * 86_400_000);
    await run([says(both, ['realized', 11 + i])], { store });
  }
  const found = (await store.read(['email:ada@example.com'])).get('email:ada@example.com');
  expect(found?.ok && found.value.state.claimants).toEqual([{ to: 'crmid:C-1', key: 'C-1' }]);
  expect(await stateOf('email:ada@example.com')).toBeUndefined();
});

test('a person somebody is sending for is not moved meanwhile', async () => {
  const { crm, deps, run } = world();
  const claim = { by: 'another run', until: deps.clock.now() + 60_000 };
  const state = { ...EMPTY_STATE, values: new Map([['name', { value: 'Ada', at: 1 }]]), claim };
  await deps.store.write([{ id: 'email:ada@example.com', state, expected: undefined }]);
  const record = says({ c: 'C-1', e: 'ada@example.com' }, REALIZED);
  expect(await run([record])).toEqual(['held']);
  expect(crm.calls).toEqual([]);
  deps.clock.advance(60_000);
  expect(await run([record])).toEqual(['delivered']);
  expect(crm.rows.get('Contact/C-1')).toEqual({ Hot: true, Name: 'Ada' });
});

test('another id whose state cannot be read is left alone, and the record goes on', async () => {
  const { deps, run, stateOf } = world();
  const spoilt = bad('store.format', 'the payload is damaged');
  const store: StateStore = {
    ...deps.store,
    read: async (wanted) => {
      const states = new Map(await deps.store.read(wanted));
      return wanted.includes('email:ada@example.com') ? states.set('email:ada@example.com', spoilt) : states;
    },
  };
  expect(await run([says({ c: 'C-1', e: 'ada@example.com' }, REALIZED)], { store })).toEqual(['delivered']);
  expect((await stateOf('crmid:C-1'))?.aliases.size).toBe(0);
});

test('a state there is no room for together with another lets its person wait, and loses nothing', async () => {
  const { deps, run, stateOf } = world();
  await run([says({ e: 'ada@example.com' }, REALIZED, { name: 'Ada' })]);
  const full = new Fault('store.too-large', 'does not fit');
  const store: StateStore = {
    ...deps.store,
    write: async (writes) =>
      (await deps.store.write(writes.filter(({ id }) => id !== 'crmid:C-1'))).concat(
        writes.some(({ id }) => id === 'crmid:C-1') ? [{ ok: false, reason: 'refused', fault: full }] : [],
      ),
  };
  const record = says({ c: 'C-1', e: 'ada@example.com' });
  expect(await run([record], { store })).toEqual(['parked']);
  expect((await stateOf('email:ada@example.com'))?.values.get('name')?.value).toBe('Ada');
  expect(await run([record])).toEqual(['delivered']);
  expect((await stateOf('crmid:C-1'))?.values.get('name')?.value).toBe('Ada');
});

test('after a crash amid a move, what was moving goes to whom it was promised, and to nobody else', async () => {
  for (const writes of [1, 2, 3]) {
    const { deps, run, stateOf } = world();
    await run([says({ e: 'home@example.com' }, REALIZED, { name: 'Ada' })]);
    let left = writes;
    const mortal: StateStore = {
      ...deps.store,
      async write(...args) {
        left -= 1;
        if (left < 0) throw new TypeError('the process dies');
        return deps.store.write(...args);
      },
    };
    const first = says({ c: 'C-1', e: 'home@example.com' });
    await expect(run([first], { store: mortal })).rejects.toThrow('dies');
    await run([says({ c: 'C-2', e: 'home@example.com' })]);
    await run([first]);
    expect((await stateOf('crmid:C-1'))?.values.get('name')?.value).toBe('Ada');
    expect((await stateOf('crmid:C-2'))?.values.has('name')).toBe(false);
    expect((await stateOf('email:home@example.com'))?.standing.size).toBe(0);
  }
});

test('an identity of two persons is shared: neither gets the other’s, and alone it names nobody', async () => {
  const { crm, deps, run, lines } = world();
  await run([says({ c: 'C-1', e: 'home@example.com' }, REALIZED, { name: 'Ada' })]);
  await run([says({ c: 'C-2', e: 'home@example.com' }, REALIZED, { name: 'Bea' })]);
  await run([says({ c: 'C-2', e: 'home@example.com' }, ['realized', 11])]);
  expect(await run([says({ e: 'home@example.com' }, ['exited', 30])])).toEqual(['unaddressed']);
  expect(crm.rows.get('Contact/C-1')).toEqual({ Hot: true, Name: 'Ada' });
  expect(crm.rows.get('Contact/C-2')).toEqual({ Hot: true, Name: 'Bea' });
  expect(deps.deadLetters.all().map(({ fault }) => fault.code)).toEqual(['person.shared']);
  expect(lines.filter(({ event }) => event === 'person.shared').map(({ fields }) => fields)).toMatchObject([
    { identity: 'hash(email:home@example.com)', persons: ['hash(crmid:C-1)', 'hash(crmid:C-2)'] },
  ]);
});

test('a shared identity is passed over for the next that names one person', async () => {
  const { crm, run } = world();
  await run([
    says({ c: 'C-1', e: 'home@example.com', p: '+491' }),
    says({ c: 'C-2', e: 'home@example.com' }),
  ]);
  expect(await run([says({ e: 'home@example.com', p: '+491' }, REALIZED)])).toEqual(['delivered']);
  expect([...crm.rows.keys()]).toContain('Contact/C-1');
});

test('an identity that two shared until they turned out to be one is shared no more', async () => {
  const { crm, run } = world();
  await run([says({ e: 'ada@example.com', p: '+491' })]);
  await run([says({ c: 'C-1', p: '+491' })]);
  expect(await run([says({ p: '+491' }, REALIZED)])).toEqual(['unaddressed']);
  await run([says({ c: 'C-1', e: 'ada@example.com' })]);
  expect(await run([says({ p: '+491' }, REALIZED)])).toEqual(['delivered']);
  expect(crm.rows.get('Contact/C-1')).toEqual({ Hot: true });
});

test('what came without a key waits without a letter, and its edges fire with the record that brings one', async () => {
  const { crm, deps, run, sends } = world();
  const early = says({ x: '1' }, REALIZED, { name: 'Ada' });
  expect(await run([early])).toEqual(['unaddressed']);
  expect([deps.deadLetters.all(), crm.calls]).toEqual([[], []]);
  expect(await run([early])).toEqual(['unaddressed']);
  expect(await run([says({ c: 'C-1', x: ['9', '1'] })])).toEqual(['delivered']);
  expect(crm.rows.get('Contact/C-1')).toEqual({ Hot: true, Name: 'Ada' });
  expect(crm.rows.get('Task/')).toEqual({ Subject: 'welcome', Name: 'Ada' });
  expect(await run([early, says({ x: '9' }, ['exited', 20])])).toEqual(['unchanged', 'delivered']);
  expect(sends()).toEqual(['welcome', 'farewell']);
});

test('an edge that the record with the key says itself fires once', async () => {
  const { run, sends } = world();
  await run([says({ x: '1' }, REALIZED), says({ x: '1' }, ['realized', 11])]);
  await run([says({ c: 'C-1', x: '1' }, ['realized', 12])]);
  await run([says({ c: 'C-1', x: '1' }, ['realized', 12])]);
  expect(sends()).toEqual(['welcome']);
});

test('an edge that did not last until the key came does not fire; what the person knew is no edge', async () => {
  const { run, sends } = world();
  await run([says({ x: '1' }, REALIZED), says({ x: '1' }, ['exited', 20])]);
  await run([says({ c: 'C-1', x: '1' })]);
  expect(sends()).toEqual(['farewell']);
  await run([says({ x: '2' }, ['realized', 40]), says({ c: 'C-2' }, ['realized', 30])]);
  await run([says({ c: 'C-2', x: '2' })]);
  expect(sends()).toEqual(['farewell', 'welcome']);
});

test('a membership that was old when it was first seen stays backfill while it waits', async () => {
  const { run, sends } = world();
  await run([says({ x: '1' }, ['realized', -30 * 86_400])]);
  expect(await run([says({ c: 'C-1', x: '1' })])).toEqual(['delivered']);
  expect(sends()).toEqual([]);
});

test('edges that waited are not lost when the target is down as the key comes', async () => {
  const down: Outcome = { kind: 'retry', scope: 'row', fault: new Fault('remote.row-busy', 'busy') };
  let isDown = true;
  const { run, sends, crm } = world({ answer: () => (isDown ? down : undefined) });
  await run([says({ x: '1' }, REALIZED)]);
  expect(await run([says({ c: 'C-1', x: '1' })])).toEqual(['parked']);
  isDown = false;
  crm.calls.length = 0;
  expect(await run([says({ c: 'C-1', x: '1' })])).toEqual(['delivered']);
  expect(sends()).toEqual(['welcome']);
});

test('what is forgotten of somebody is forgotten by whichever of their keys', async () => {
  const { deps, run } = world();
  const both = { c: 'C-1', e: 'ada@example.com' };
  await run([says(both, REALIZED)]);
  expect(await run([says(both, REALIZED)])).toEqual(['unchanged']);
  expect(await forgetPerson(deps.store, 'email:ada@example.com', deps.clock)).toBe(1);
  expect(await run([says(both, REALIZED)])).toEqual(['delivered']);
});
