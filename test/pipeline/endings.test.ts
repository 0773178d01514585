import { expect, test } from 'vitest';
import { bad, Fault } from '../../shared/core/fault.js';
import type { EndingName, Message, StateStore } from '../../shared/core/ports.js';
import type { Connector, Outcome } from '../../shared/core/remote.js';
import { EMPTY_STATE } from '../../shared/core/state.js';
import { createPipeline, type PipelineDeps } from '../../shared/pipeline/run.js';
import { fakeCrm, fakeDeps, message, rulesOf } from '../support/fakes.js';

const rules = rulesOf({
  audiences: { hot: 'hot-1', vip: 'vip-1' },
  person: { key: ['crmid'] },
  consent: { require: 'consents.marketing.email.val' },
  connections: { sales: { type: 'fake' } },
  rules: [
    {
      name: 'hot',
      when: { member: 'hot' },
      do: [{ upsert: 'sales/Contact', match: { Id: '$key' }, set: { Name: 'name', Hot: { member: 'hot' } } }],
    },
    {
      name: 'vip mail',
      when: { entered: 'vip' },
      do: [{ upsert: 'sales/Mail', match: { Address: 'mail' }, set: { Vip: true } }],
    },
  ],
});

const yes = { consents: { marketing: { email: { val: 'y' } } } };
const member = (audience: string, second: number, status = 'realized') => ({
  segmentMembership: {
    ups: { [audience]: { status, lastQualificationTime: `2026-11-01T10:00:${second}Z` } },
  },
});
const of = (person: string, ...parts: object[]) =>
  Object.assign({ identityMap: { crmid: [{ id: person }] } }, yes, ...parts);

async function endings(
  deps: PipelineDeps,
  messages: readonly Message[],
  redelivers = true,
): Promise<EndingName[]> {
  const settlements = await createPipeline(deps).run(messages, { redelivers });
  return settlements.flatMap((settlement) => settlement.endings.map(({ name }) => name));
}

test('each record has one of ten endings, and they sum to the records in', async () => {
  const crm = fakeCrm({
    answer: ({ key }) =>
      key['Id'] === 'C-bad'
        ? { kind: 'rejected', code: 'STRING_TOO_LONG', text: 'name too long', field: 'Name' }
        : undefined,
  });
  const deps = fakeDeps(rules, crm);
  const messages = [
    message('1', of('C-1', member('hot-1', 20), { name: 'Ada' })),
    message('2', of('C-1', member('hot-1', 20), { name: 'Ada' }), 1_790_000_000_001),
    message('3', of('C-2', member('unmapped', 20))),
    message('4', { ...member('hot-1', 20), identityMap: { ecid: [{ id: '123' }] } }),
    message('5', '{"broken":'),
    message('6', of('C-bad', member('hot-1', 20), { name: 'x' })),
    message('7', of('C-3', member('hot-1', 20), { consents: { marketing: { email: { val: 'n' } } } })),
    message('8', [
      of('C-4', member('vip-1', 20)),
      of('C-5', member('vip-1', 20), { mail: 'eve@example.com' }),
    ]),
  ];
  expect(await endings(deps, messages)).toEqual([
    'delivered',
    'unchanged',
    'irrelevant',
    'unaddressed',
    'malformed',
    'rejected',
    'withheld',
    'unaddressed',
    'delivered',
  ]);
  expect(await endings(deps, [message('9', of('C-1', member('hot-1', 10)), 1_780_000_000_000)])).toEqual([
    'stale',
  ]);
  const { records, endings: counts, calls, accepted } = deps.observer.totals();
  expect(Object.values(counts).reduce((a, b) => a + b, 0)).toBe(records);
  expect({ records, calls, accepted }).toEqual({ records: 10, calls: 2, accepted: 2 });
});

test('what a target refused is a dead letter with its own words, its position and its bytes', async () => {
  const crm = fakeCrm({
    answer: () => ({ kind: 'rejected', code: 'INVALID_EMAIL', text: 'no address', field: 'Email' }),
  });
  const deps = fakeDeps(rules, crm);
  const bad = message('shard-1/7', of('C-1', member('hot-1', 20)));
  await endings(deps, [bad]);
  const [letter, ...others] = deps.deadLetters.all();
  expect(others).toEqual([]);
  expect(letter?.remote).toEqual({
    connection: 'sales',
    code: 'INVALID_EMAIL',
    text: 'no address',
    field: 'Email',
  });
  expect(letter).toMatchObject({ message: bad, record: 0, fault: { code: 'remote.rejected' } });
});

const down: Outcome = {
  kind: 'retry',
  scope: 'connection',
  fault: new Fault('remote.unavailable', 'HTTP 503'),
};
const busy: Outcome = {
  kind: 'retry',
  scope: 'row',
  fault: new Fault('remote.row-busy', 'UNABLE_TO_LOCK_ROW'),
};

test('a connection that is down holds the stream; where nothing redelivers it parks', async () => {
  const deps = fakeDeps(rules, fakeCrm({ answer: () => down }));
  const messages = [
    message('1', of('C-1', member('hot-1', 20))),
    message('2', of('C-2', member('unmapped', 20))),
  ];
  expect(await endings(deps, messages)).toEqual(['held', 'irrelevant']);
  expect(deps.parking.all()).toEqual([]);
  expect(await endings(deps, messages, false)).toEqual(['parked', 'irrelevant']);
  expect(deps.parking.all().map(({ message: { id } }) => id)).toEqual(['1']);
});

test('a record that fails alone is parked, its neighbours are delivered, a replay settles it', async () => {
  let locked = true;
  const crm = fakeCrm({ answer: ({ key }) => (locked && key['Id'] === 'C-1' ? busy : undefined) });
  const deps = fakeDeps(rules, crm);
  const messages = [1, 2, 3].map((n) =>
    message(`${n}`, of(`C-${n}`, member('hot-1', 20), { name: `n${n}` })),
  );
  expect(await endings(deps, messages)).toEqual(['parked', 'delivered', 'delivered']);
  expect(crm.calls.map((rows) => rows.length)).toEqual([3, 1, 1]);
  locked = false;
  const [parked] = deps.parking.all();
  expect(
    await endings(deps, parked ? [{ ...parked.message, record: parked.record ?? 0 }] : [], false),
  ).toEqual(['delivered']);
  expect(crm.rows.get('Contact/C-1')).toEqual({ Name: 'n1', Hot: true });
});

test("a person's later action waits for an earlier one to the same connection; others of the wave do not", async () => {
  const two = rulesOf({
    audiences: { hot: 'hot-1' },
    person: { key: ['crmid'] },
    connections: { sales: { type: 'fake' } },
    rules: ['Contact', 'Lead'].map((object) => ({
      name: object,
      when: { member: 'hot' },
      do: [{ upsert: `sales/${object}`, match: { Id: '$key' }, set: { Hot: { member: 'hot' } } }],
    })),
  });
  const busy: Outcome = { kind: 'retry', scope: 'row', fault: new Fault('remote.row-busy', 'locked') };
  const crm = fakeCrm({
    answer: ({ object, key }) => (object === 'Contact' && key['Id'] === 'C-1' ? busy : undefined),
  });
  const deps = fakeDeps(two, crm);
  const found = await endings(deps, [
    message('1', of('C-1', member('hot-1', 20))),
    message('2', of('C-2', member('hot-1', 20))),
  ]);
  expect(found).toEqual(['parked', 'delivered']);
  expect([...crm.rows.keys()].sort()).toEqual(['Contact/C-2', 'Lead/C-2']);
});

test('after a hold nothing is sent twice: what was delivered is remembered', async () => {
  let outage = true;
  const crm = fakeCrm({
    maxRows: 1,
    answer: ({ key }) => (outage && key['Id'] !== 'C-1' ? down : undefined),
  });
  const deps = fakeDeps(rules, crm, { tuning: { parallelCalls: 1 } });
  const messages = [1, 2].map((n) => message(`${n}`, of(`C-${n}`, member('hot-1', 20), { name: `n${n}` })));
  expect(await endings(deps, messages)).toEqual(['delivered', 'held']);
  outage = false;
  expect(await endings(deps, messages)).toEqual(['unchanged', 'delivered']);
  expect(crm.calls.flat().filter(({ key }) => key['Id'] === 'C-1')).toHaveLength(1);
});

test('one call per chunk: N persons cost N divided by the limit, a re-export that changes nothing costs none', async () => {
  const crm = fakeCrm();
  const deps = fakeDeps(rules, crm);
  const batch = (at: number) =>
    Array.from({ length: 450 }, (_, i) => message(`${at}-${i}`, of(`C-${i}`, member('hot-1', 20)), at));
  await endings(deps, batch(1_790_000_000_000));
  expect(crm.calls.map((rows) => rows.length)).toEqual([200, 200, 50]);
  await endings(deps, batch(1_790_000_000_500));
  expect(crm.calls).toHaveLength(3);
});

test('a request refused as a whole is bisected until the bad row stands alone', async () => {
  const whole: Outcome = {
    kind: 'rejected',
    code: 'JSON_PARSER_ERROR',
    text: 'unexpected value',
    whole: true,
  };
  const crm = fakeCrm();
  const strict: Connector = {
    ...crm,
    async send(actions, signal) {
      const bad = actions.some(({ key }) => key['Id'] === 'C-77');
      if (!bad) return crm.send(actions, signal);
      crm.calls.push(actions);
      return actions.map(() => whole);
    },
  };
  const deps = fakeDeps(rules, strict);
  const messages = Array.from({ length: 200 }, (_, i) => message(`${i}`, of(`C-${i}`, member('hot-1', 20))));
  const found = await endings(deps, messages);
  expect(found.filter((name) => name === 'delivered')).toHaveLength(199);
  expect(found[77]).toBe('rejected');
  expect(crm.calls.length).toBeLessThanOrEqual(1 + 2 * Math.ceil(Math.log2(200)));
});

test('a row the connector left out of a request that was refused as a whole condemns none of the others', async () => {
  const whole: Outcome = { kind: 'rejected', code: 'INVALID', text: 'one of these rows', whole: true };
  const own: Outcome = { kind: 'rejected', code: 'key.empty', text: 'no key' };
  const crm = fakeCrm();
  const mixed: Connector = {
    ...crm,
    async send(actions, signal) {
      const keys = actions.map(({ key }) => key['Id']);
      if (keys.includes('C-2'))
        return actions.map(
          (_, i): Outcome => (keys[i] === 'C-1' ? own : keys[i] === 'C-0' ? { kind: 'absent' } : whole),
        );
      const answers = await crm.send(
        actions.filter((_, i) => keys[i] !== 'C-1' && keys[i] !== 'C-0'),
        signal,
      );
      const left = [...answers];
      return actions.map(
        (_, i): Outcome =>
          keys[i] === 'C-1' ? own : keys[i] === 'C-0' ? { kind: 'absent' } : (left.shift() ?? whole),
      );
    },
  };
  const messages = Array.from({ length: 12 }, (_, i) => message(`${i}`, of(`C-${i}`, member('hot-1', 20))));
  const found = await endings(fakeDeps(rules, mixed), messages);
  expect(found).toEqual(['unchanged', 'rejected', 'rejected', ...Array(9).fill('delivered')]);
});

test('too few outcomes are no outcomes: nothing is taken for delivered', async () => {
  const short: Connector = { ...fakeCrm(), send: async () => [{ kind: 'accepted' }] };
  const deps = fakeDeps(rules, short);
  const messages = [1, 2].map((n) => message(`${n}`, of(`C-${n}`, member('hot-1', 20))));
  expect(await endings(deps, messages)).toEqual(['held', 'held']);
});

test('dead letters that cannot be written hold their records; so does a retry queue', async () => {
  const failing = async () => {
    throw new Fault('park.unavailable', 'the queue is away');
  };
  const crm = fakeCrm({
    answer: ({ key }) => (key['Id'] === 'C-1' ? busy : { kind: 'rejected', code: 'NO', text: 'no' }),
  });
  const deps = fakeDeps(rules, crm);
  const broken = { ...deps, parking: { park: failing }, deadLetters: { bury: failing } };
  const messages = [
    message('1', of('C-1', member('hot-1', 20))),
    message('2', of('C-2', member('hot-1', 20))),
    message('3', '{'),
  ];
  expect(await endings(broken, messages)).toEqual(['held', 'held', 'held']);
  expect(await endings(deps, messages)).toEqual(['parked', 'rejected', 'malformed']);
});

test('a person somebody else is sending for is waited for, then given back', async () => {
  const crm = fakeCrm();
  const deps = fakeDeps(rules, crm);
  const first = message('1', of('C-1', member('hot-1', 20)));
  const { clock } = deps;
  await deps.store.write([
    {
      id: 'crmid:C-1',
      expected: undefined,
      state: {
        ...EMPTY_STATE,
        unsure: new Set(['sales/Contact/Id=C-1']),
        claim: { by: 'another run', until: clock.now() + 60_000 },
      },
    },
  ]);
  expect(await endings(deps, [first])).toEqual(['held']);
  expect(crm.calls).toEqual([]);
  clock.advance(60_000);
  expect(await endings(deps, [first])).toEqual(['delivered']);
});

test('a program that is broken throws: the source delivers again', async () => {
  const broken: Connector = { ...fakeCrm(), send: () => Promise.reject(new TypeError('a bug')) };
  await expect(
    endings(fakeDeps(rules, broken), [message('1', of('C-1', member('hot-1', 20)))]),
  ).rejects.toThrow('a bug');
});

test('past the deadline nothing is sent, and everything comes again', async () => {
  const crm = fakeCrm();
  const deps = fakeDeps(rules, crm);
  const settlements = await createPipeline(deps).run([message('1', of('C-1', member('hot-1', 20)))], {
    redelivers: true,
    deadline: deps.clock.now(),
  });
  expect(settlements.map(({ settled }) => settled)).toEqual([false]);
  expect(crm.calls).toEqual([]);
});

test('nothing personal is logged', async () => {
  const lines: string[] = [];
  const deps = fakeDeps(rules, fakeCrm(), {
    log: { write: (level, event, fields) => void lines.push(JSON.stringify({ level, event, ...fields })) },
  });
  const settlements = await createPipeline(deps).run(
    [
      message('1', of('C-secret-1', member('hot-1', 20), { name: 'Ada Lovelace' })),
      message('2', '{"mail":"ada@example.com"'),
    ],
    { redelivers: true },
  );
  const printed = [...lines, JSON.stringify(settlements)].join('\n');
  expect(lines.length).toBeGreaterThan(0);
  expect(printed).not.toMatch(/Ada|Lovelace|ada@example/);
  expect(printed.replaceAll('hash(crmid:C-secret-1)', '')).not.toContain('C-secret-1');
});

test('after a crash a part of the batch that comes again alone does not bring an older value back', async () => {
  const crm = fakeCrm();
  let dies = true;
  const mortal: Connector = {
    ...crm,
    async send(actions, signal) {
      const outcomes = await crm.send(actions, signal);
      if (dies) throw new Error('the process died before it heard the answer');
      return outcomes;
    },
  };
  const deps = fakeDeps(rules, mortal);
  const older = message('1', of('C-1', member('hot-1', 20), { name: 'old' }), 1_790_000_000_000);
  const newer = message('2', of('C-1', member('hot-1', 20), { name: 'new' }), 1_790_000_000_001);
  await expect(endings(deps, [older, newer])).rejects.toThrow('died');
  dies = false;
  deps.clock.advance(200_000);
  await endings(deps, [older]);
  await endings(deps, [newer]);
  expect(crm.calls.flat().map(({ fields }) => fields['Name'])).toEqual(['new', 'new']);
});

test('a state that cannot be read parks its person alone; the others go on', async () => {
  const deps = fakeDeps(rules, fakeCrm());
  const spoilt = bad('store.format', 'the payload is damaged');
  const store: StateStore = {
    ...deps.store,
    read: async (ids) =>
      new Map([
        ...(await deps.store.read(ids)),
        ...(ids.includes('crmid:C-2') ? [['crmid:C-2', spoilt] as const] : []),
      ]),
  };
  const messages = [1, 2, 3].map((n) =>
    message(`${n}`, of(`C-${n}`, member('hot-1', 20), { name: `n${n}` })),
  );
  expect(await endings({ ...deps, store }, messages)).toEqual(['delivered', 'parked', 'delivered']);
  expect(deps.parking.all().map(({ fault }) => fault.code)).toEqual(['store.format']);
});
