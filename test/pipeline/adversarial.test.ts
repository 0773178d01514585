import { expect, test } from 'vitest';
import { Fault } from '../../shared/core/fault.js';
import type { StateStore, WriteAnswer } from '../../shared/core/ports.js';
import type { Connector, Outcome } from '../../shared/core/remote.js';
import { createPipeline } from '../../shared/pipeline/run.js';
import { fakeCrm, fakeDeps, message, rulesOf } from '../support/fakes.js';
import { base, contact, member, of, run } from './hot-people.js';

const T0 = 1_790_000_000_000;

test('an upsert without fields makes the row exist', async () => {
  const crm = fakeCrm();
  const deps = fakeDeps(
    rulesOf({ ...base, rules: [{ name: 'r', when: { member: 'hot' }, do: [contact({})] }] }),
    crm,
  );
  expect(await run(deps, [message('1', of('C-1', member('hot-1', 20)))])).toEqual(['delivered']);
  expect([...crm.rows.keys()]).toEqual(['Contact/C-1']);
});

const mailRules = rulesOf({
  ...base,
  rules: [
    { name: 'hot', when: { member: 'hot' }, do: [contact({ Hot: { member: 'hot' } })] },
    {
      name: 'welcome',
      when: { entered: 'hot' },
      do: [contact({ Welcome: true }, { Address: 'mail' }, 'Mail')],
    },
  ],
});

test('a rule without an address leaves a trace even when another rule of the record is delivered', async () => {
  const deps = fakeDeps(mailRules, fakeCrm());
  await run(deps, [message('1', of('C-1', member('hot-1', 20)))]);
  expect(deps.deadLetters.all().map(({ fault }) => fault.code)).toEqual(['person.unaddressed']);
});

test('`accepted` never exceeds the rows there are, bisected or not', async () => {
  const crm = fakeCrm();
  const strict: Connector = {
    ...crm,
    async send(actions, signal) {
      if (actions.some(({ key }) => key['Id'] === 'C-3'))
        return actions.map((): Outcome => ({ kind: 'rejected', code: 'X', text: 'x', whole: true }));
      return crm.send(actions, signal);
    },
  };
  const deps = fakeDeps(
    rulesOf({ ...base, rules: [{ name: 'r', when: { member: 'hot' }, do: [contact({ Hot: true })] }] }),
    strict,
  );
  await run(
    deps,
    Array.from({ length: 8 }, (_, i) => message(`${i}`, of(`C-${i}`, member('hot-1', 20)))),
  );
  expect(deps.observer.totals().accepted).toBe(7);
});

const hotRules = rulesOf({
  ...base,
  rules: [{ name: 'r', when: { member: 'hot' }, do: [contact({ Hot: true })] }],
});
const people = (n: number) =>
  Array.from({ length: n }, (_, i) => message(`${i}`, of(`C-${i}`, member('hot-1', 20))));

test('bisecting does not multiply attempts: 8 busy rows after a refusal of the whole cost few calls', async () => {
  let calls = 0;
  const crm: Connector = {
    ...fakeCrm(),
    async send(actions) {
      calls += 1;
      if (actions.length > 1)
        return actions.map((): Outcome => ({ kind: 'rejected', code: 'X', text: 'x', whole: true }));
      return [{ kind: 'retry', scope: 'connection', fault: new Fault('remote.throttled', '429') }];
    },
  };
  await run(fakeDeps(hotRules, crm), people(8));
  expect(calls).toBeLessThan(50); // 15 nodes of the tree, three attempts of each leaf: 31
});

test('bisecting ends with the lease (55 s) and the deadline', async () => {
  const deps = { ...fakeDeps(hotRules, fakeCrm()) };
  const slow: Connector = {
    ...fakeCrm(),
    async send(actions) {
      deps.clock.advance(2_000);
      return actions.map(
        (): Outcome => ({ kind: 'rejected', code: 'INVALID_FIELD', text: 'No such column', whole: true }),
      );
    },
  };
  const began = deps.clock.now();
  await run({ ...deps, connectors: new Map([['sales', slow]]) }, people(200), true, began + 50_000);
  expect(deps.clock.now() - began).toBeLessThan(90_000);
});

test('a CRM that hangs does not carry a 60 s Lambda past its time-out (deadline 50 s, calls time out after 30 s)', async () => {
  const deps = fakeDeps(hotRules, fakeCrm());
  const hanging: Connector = {
    ...fakeCrm(),
    async send(actions) {
      deps.clock.advance(30_000);
      return actions.map(
        (): Outcome => ({ kind: 'unknown', fault: new Fault('remote.timeout', 'no answer') }),
      );
    },
  };
  const began = deps.clock.now();
  await run({ ...deps, connectors: new Map([['sales', hanging]]) }, people(1), true, began + 50_000);
  expect(deps.clock.now() - began).toBeLessThan(60_000);
});

test('two match fields with the same value are two addresses, not one row', async () => {
  const sent: string[] = [];
  const crm = fakeCrm();
  const spy: Connector = {
    ...crm,
    async send(actions) {
      for (const { key } of actions) sent.push(JSON.stringify(key));
      return actions.map(() => ({ kind: 'accepted' }));
    },
  };
  const rules = rulesOf({
    ...base,
    person: { key: ['email'] },
    rules: [
      { name: 'a', when: { member: 'hot' }, do: [contact({ Hot: true }, { AEP_Id__c: '$key' })] },
      { name: 'b', when: { member: 'hot' }, do: [contact({ Mailable: true }, { Email__c: 'mail' })] },
    ],
  });
  await run(fakeDeps(rules, spy), [
    message('1', {
      identityMap: { email: [{ id: 'a@example.com' }] },
      mail: 'a@example.com',
      ...member('hot-1', 20),
    }),
  ]);
  expect(sent.sort()).toEqual(['{"AEP_Id__c":"a@example.com"}', '{"Email__c":"a@example.com"}']);
});

test('many persons, one account row: collapsed per key, not one call each', async () => {
  const crm = fakeCrm();
  const rules = rulesOf({
    ...base,
    rules: [
      { name: 'a', when: { member: 'hot' }, do: [contact({ Hot: true }, { Ext: 'account' }, 'Account')] },
    ],
  });
  await run(
    fakeDeps(rules, crm),
    Array.from({ length: 200 }, (_, i) =>
      message(`${i}`, of(`C-${i}`, member('hot-1', 20), { account: 'acme' })),
    ),
  );
  expect(crm.calls.length).toBeLessThan(5);
});

test('a redelivered entering record does not fire `stayed` over its own `entered`', async () => {
  const rules = rulesOf({
    ...base,
    rules: [
      { name: 'in', when: { entered: 'hot' }, do: [contact({ Status: { value: 'Loyal' } })] },
      { name: 'again', when: { stayed: 'hot' }, do: [contact({ Status: { value: 'Returning' } })] },
    ],
  });
  const one = message('1', of('C-1', member('hot-1', 20)));
  const once = fakeCrm();
  await run(fakeDeps(rules, once), [one]);
  const twice = fakeCrm();
  const deps = fakeDeps(rules, twice);
  await run(deps, [one]);
  await run(deps, [one]); // the whole batch again, as Event Hubs does after a neighbour was held
  expect(twice.rows).toEqual(once.rows);
});

test('consent that is withdrawn within the batch stops what an earlier record of it wanted', async () => {
  const rules = rulesOf({
    ...base,
    consent: { require: 'consent' },
    rules: [{ name: 'r', when: { member: 'hot' }, do: [contact({ Name: 'name' })] }],
  });
  const crm = fakeCrm();
  await run(fakeDeps(rules, crm), [
    message('1', of('C-1', member('hot-1', 20), { name: 'Ada', consent: 'y' }), T0),
    message('2', of('C-1', member('hot-1', 20), { name: 'Ada', consent: 'n' }), T0 + 1),
  ]);
  expect([...crm.rows]).toEqual([]);
});

test('a store that refuses one person does not repeat the CRM call, nor hold the stream for ever', async () => {
  const crm = fakeCrm();
  const deps = fakeDeps(hotRules, crm);
  const full = new Fault('store.too-large', 'does not fit');
  const store: StateStore = {
    ...deps.store,
    write: async (writes) => {
      const answers: WriteAnswer[] = [];
      for (const write of writes) {
        if (write.state.written.size > 0) answers.push({ ok: false, reason: 'refused', fault: full });
        else answers.push(...(await deps.store.write([write])));
      }
      return answers;
    },
  };
  const found = await run({ ...deps, store }, people(1));
  expect({ calls: crm.calls.length, found }).toEqual({ calls: 1, found: ['parked'] });
});

test('a row that may have been written (time-out) and is then refused stays unsure', async () => {
  let call = 0;
  const rules = rulesOf({
    ...base,
    rules: [{ name: 'r', when: { member: 'hot' }, do: [contact({ Name: 'name' })] }],
  });
  const rows = new Map<string, unknown>();
  const crm: Connector = {
    ...fakeCrm(),
    async send(actions) {
      call += 1;
      if (call === 3) return [{ kind: 'rejected', code: 'LOCKED', text: 'record is in an approval process' }];
      rows.set('C-1', actions[0]?.fields['Name']);
      return [
        call === 2 ? { kind: 'unknown', fault: new Fault('remote.timeout', 'none') } : { kind: 'accepted' },
      ];
    },
  };
  const deps = fakeDeps(rules, crm);
  await run(deps, [message('1', of('C-1', member('hot-1', 20), { name: 'Ada' }), T0)]); // call 1: accepted
  await run(deps, [message('2', of('C-1', member('hot-1', 20), { name: 'Bea' }), T0 + 1)]); // calls 2, 3: carried out, then refused
  await run(deps, [message('3', of('C-1', member('hot-1', 20), { name: 'Ada' }), T0 + 2)]); // must be written
  expect(rows.get('C-1')).toBe('Ada');
});

test('an abort while waiting gives endings, it does not throw', async () => {
  const crm = fakeCrm({
    answer: () => ({ kind: 'retry', scope: 'row', fault: new Fault('remote.row-busy', 'busy') }),
  });
  const deps = fakeDeps(hotRules, crm);
  const stop = new AbortController();
  const clock = {
    ...deps.clock,
    sleep: async (ms: number, signal?: AbortSignal) => {
      stop.abort();
      await deps.clock.sleep(ms, signal);
    },
  };
  const settlements = await createPipeline({ ...deps, clock }).run(people(1), {
    redelivers: true,
    signal: stop.signal,
  });
  expect(settlements[0]?.endings[0]?.name).toBe('parked');
});

test('a record that changes nothing does not take an edge back: level and edge on one field, the same record twice', async () => {
  const rules = rulesOf({
    ...base,
    rules: [
      { name: 'level', when: { member: 'hot' }, do: [contact({ Status: { value: 'Member' } })] },
      { name: 'edge', when: { entered: 'hot' }, do: [contact({ Status: { value: 'New' } })] },
    ],
  });
  const one = message('1', of('C-1', member('hot-1', 20)));
  const once = fakeCrm();
  await run(fakeDeps(rules, once), [one]);
  const twice = fakeCrm();
  const deps = fakeDeps(rules, twice);
  await run(deps, [one]);
  await run(deps, [one]);
  expect(twice.rows).toEqual(once.rows);
});

test('an object that is down with HTTP 500 holds the stream instead of flooding the retry queue', async () => {
  const { http } = await import('../../shared/connectors/http/http.js');
  const { HttpConfig } = await import('../../shared/connectors/http/config.js');
  const deps = fakeDeps(hotRules, fakeCrm());
  const broken = http('sales', HttpConfig.parse({ type: 'http', url: 'https://crm.example/x/${key}' }), {
    secrets: { get: async () => '' },
    clock: deps.clock,
    fetch: async () => new Response('', { status: 500 }),
  });
  const found = await run({ ...deps, connectors: new Map([['sales', broken]]) }, people(20));
  expect({ parked: deps.parking.all().length, found: new Set(found) }).toEqual({
    parked: 0,
    found: new Set(['held']),
  });
});

test('what the CRM says of a refused row does not reach messages of faults (they are logged)', async () => {
  const crm = fakeCrm({
    answer: () => ({
      kind: 'rejected',
      code: 'INVALID_EMAIL_ADDRESS',
      text: 'Email: invalid email address: ada@exampl',
    }),
  });
  const settlements = await createPipeline(fakeDeps(hotRules, crm)).run(people(1), { redelivers: true });
  expect(settlements[0]?.endings[0]?.fault?.message).not.toContain('ada@exampl');
});
