import { expect, test } from 'vitest';
import { Fault } from '../../shared/core/fault.js';
import type { KeptMessage } from '../../shared/core/kept.js';
import type { Message, StateStore } from '../../shared/core/ports.js';
import type { Action, Operation, Outcome } from '../../shared/core/remote.js';
import { toMessage } from '../../shared/pipeline/replay.js';
import { createPipeline } from '../../shared/pipeline/run.js';
import { fakeCrm, fakeDeps, rulesOf } from '../support/fakes.js';

const RULES = rulesOf({
  audiences: { hot: 'hot' },
  person: { key: ['crmid'] },
  connections: { sales: { type: 'fake' } },
  rules: [
    { name: 'call', when: { entered: 'hot' }, do: [{ send: 'sales/Task', set: { T: { value: 'call' } } }] },
  ],
});
const AT = 1_790_000_000_000;
const message = {
  id: '1',
  at: AT,
  source: 's',
  body: JSON.stringify({
    identityMap: { crmid: [{ id: 'C-1' }] },
    segmentMembership: { ups: { hot: { status: 'realized', lastQualificationTime: AT } } },
  }),
};
const silence: Outcome = { kind: 'unknown', fault: new Fault('remote.timeout', 'no answer') };

/** A target that answers `first` at its first call; `idempotent`: what it does only once. */
function world(idempotent: readonly Operation[], first: Outcome = silence) {
  const crm = {
    ...fakeCrm({ answer: (_, call) => (call === 1 ? first : undefined) }),
    isIdempotent: ({ operation }: Pick<Action, 'operation'>) => idempotent.includes(operation),
  };
  const deps = { ...fakeDeps(RULES, crm), tuning: { attempts: 1 } };
  const run = async (...messages: Message[]) =>
    (await createPipeline(deps).run(messages, { redelivers: false }))[0]?.endings[0];
  return { crm, deps, run };
}

test('a send without an answer, at a target that takes no key, is a dead letter for somebody to judge', async () => {
  const { crm, deps, run } = world([]);
  expect(await run(message)).toMatchObject({ name: 'rejected', fault: { code: 'remote.doubtful' } });
  expect(deps.deadLetters.all()).toMatchObject([
    { remote: { code: 'DOUBTFUL' }, owed: [{ change: 'entered' }] },
  ]);
  expect(await run(message)).toMatchObject({ name: 'irrelevant' });
  expect(crm.calls).toHaveLength(1);
});

let judgements = 1_790_000_000_000;
/** A dead letter as `parked replay` begins it anew, at a time of its own. */
const judged = (letter: KeptMessage): Message =>
  toMessage({ ...letter, attempts: 0, firstSeen: ++judgements });

test('a replay of that letter sends it, with the same key', async () => {
  const { crm, deps, run } = world([]);
  await run(message);
  const [letter] = deps.deadLetters.all();
  if (!letter) throw new Error('there is no letter');
  expect(await run(judged(letter))).toMatchObject({ name: 'delivered' });
  const keys = crm.calls.flat().map(({ idempotencyKey }) => idempotencyKey);
  expect(keys).toHaveLength(2);
  expect(new Set(keys).size).toBe(1);
});

test('a replay whose outcome could not be recorded is in doubt again: nobody has judged the second call', async () => {
  const { crm, deps, run } = world([]);
  await run(message);
  const [letter] = deps.deadLetters.all();
  if (!letter) throw new Error('there is no letter');
  let writes = 0;
  const store: StateStore = {
    ...deps.store,
    async write(...given) {
      writes += 1;
      // The lease is taken, the call made, and then the store is down.
      if (writes === 2) throw new Fault('store.unavailable', 'down');
      return deps.store.write(...given);
    },
  };
  const [replay] = await createPipeline({ ...deps, store }).run([judged(letter)], { redelivers: false });
  expect(replay?.endings[0]).toMatchObject({ name: 'parked' });
  expect(crm.calls).toHaveLength(2);
  deps.clock.advance(600_000);
  const [parked] = deps.parking.all();
  if (!parked) throw new Error('nothing is parked');
  expect(await run(toMessage(parked))).toMatchObject({
    name: 'rejected',
    fault: { code: 'remote.doubtful' },
  });
  expect(crm.calls).toHaveLength(2);
});

test('a replay that loses the race for the state after its call does not call again', async () => {
  const { crm, deps, run } = world([]);
  await run(message);
  const [letter] = deps.deadLetters.all();
  if (!letter) throw new Error('there is no letter');
  let writes = 0;
  const store: StateStore = {
    ...deps.store,
    async write(some, ...more) {
      writes += 1;
      // Somebody else writes the same person between the call and its record.
      if (writes === 2) await deps.store.write(some, ...more);
      return deps.store.write(some, ...more);
    },
  };
  await createPipeline({ ...deps, store }).run([judged(letter)], { redelivers: false });
  expect(crm.calls).toHaveLength(2);
});

test('a letter speaks for its own edge: what another record of the same person may have done stays in doubt', async () => {
  const { crm, deps, run } = world([]);
  await run(message);
  const other = {
    ...message,
    id: '2',
    body: message.body.replaceAll(String(AT), String(AT + 1000)),
    at: AT + 1,
  };
  const broken = { ...crm, send: () => Promise.reject(new Error('the process dies')) };
  await run({ ...other, body: other.body.replace('realized', 'exited') });
  const again = {
    ...message,
    id: '3',
    body: message.body.replaceAll(String(AT), String(AT + 2000)),
    at: AT + 2,
  };
  const dying = createPipeline({ ...deps, connectors: new Map([['sales', broken]]) });
  await expect(dying.run([again], { redelivers: true })).rejects.toThrow('dies');
  deps.clock.advance(600_000);
  const [letter] = deps.deadLetters.all();
  if (!letter) throw new Error('there is no letter');
  await createPipeline(deps).run([judged(letter), again], { redelivers: false });
  expect(crm.calls).toHaveLength(1);
  expect(deps.deadLetters.all().map(({ message: { id } }) => id)).toContain('3');
});

test('a target that honours the key is asked again', async () => {
  const { crm, run } = world(['send']);
  expect(await run(message)).toMatchObject({ name: 'parked' });
  expect(await run(message)).toMatchObject({ name: 'delivered' });
  expect(crm.calls).toHaveLength(2);
});

test('what may have been sent before a crash is not sent again at such a target', async () => {
  const { crm, deps, run } = world([]);
  const broken = { ...crm, send: () => Promise.reject(new Error('the process dies')) };
  await expect(
    createPipeline({ ...deps, connectors: new Map([['sales', broken]]) }).run([message], {
      redelivers: true,
    }),
  ).rejects.toThrow('dies');
  deps.clock.advance(600_000);
  expect(await run(message)).toMatchObject({ name: 'rejected', fault: { code: 'remote.doubtful' } });
  expect(crm.calls).toHaveLength(0);
});

test('what a target put off was not done: it is sent when it comes again', async () => {
  const busy: Outcome = { kind: 'retry', scope: 'row', fault: new Fault('remote.throttled', 'not now') };
  const { crm, run } = world([], busy);
  expect(await run(message)).toMatchObject({ name: 'parked' });
  expect(await run(message)).toMatchObject({ name: 'delivered' });
  expect(crm.calls).toHaveLength(2);
});

test('doubt is said even when another row of the record is refused: who mends the row must not call twice', async () => {
  const rules = rulesOf({
    audiences: { hot: 'hot' },
    person: { key: ['crmid'] },
    connections: { sales: { type: 'fake' } },
    rules: [
      {
        name: 'contact',
        when: { member: 'hot' },
        do: [{ upsert: 'sales/Contact', match: { Id: '$key' }, set: { Name: { value: 'much too long' } } }],
      },
      { name: 'call', when: { entered: 'hot' }, do: [{ send: 'sales/Task', set: { T: { value: 'call' } } }] },
    ],
  });
  const refusal: Outcome = { kind: 'rejected', code: 'STRING_TOO_LONG', text: 'too long' };
  const crm = {
    ...fakeCrm({ answer: ({ operation }) => (operation === 'send' ? silence : refusal) }),
    isIdempotent: ({ operation }: Pick<Action, 'operation'>) => operation === 'upsert',
  };
  const deps = fakeDeps(rules, crm);
  const [settlement] = await createPipeline(deps).run([message], { redelivers: false });
  expect(settlement?.endings[0]).toMatchObject({ name: 'rejected', fault: { code: 'remote.doubtful' } });
  expect(deps.deadLetters.all()).toMatchObject([{ remote: { code: 'DOUBTFUL' } }]);
});

test('a doubt is forgotten when what was sent would be, after ninety days', async () => {
  const { deps, run } = world([]);
  const open = async (): Promise<number | undefined> => {
    const one = (await deps.store.read(['crmid:C-1'])).get('crmid:C-1');
    return one?.ok ? one.value.state.unsure.size : undefined;
  };
  const exit = (days: number): Message => ({
    ...message,
    id: `${days}`,
    at: AT + days * 86_400_000,
    body: message.body.replace('realized', 'exited').replace(String(AT), String(AT + days * 86_400_000)),
  });
  await run(message);
  await run(exit(89));
  expect(await open()).toBe(1);
  await run(exit(91));
  expect(await open()).toBe(0);
});

test('a judgement holds for one call: who dies before writing down its answer leaves it in doubt again', async () => {
  const { crm, deps, run } = world([]);
  await run(message);
  const letter = (): Message => {
    const [one] = deps.deadLetters.all();
    if (!one) throw new Error('there is no letter');
    return judged(one);
  };
  let writes = 0;
  const store: StateStore = {
    ...deps.store,
    write: async (...given) => {
      writes += 1;
      if (writes === 2) throw new Error('the process dies');
      return deps.store.write(...given);
    },
  };
  const again = letter();
  const dying = createPipeline({ ...deps, store }).run([again], { redelivers: false });
  await expect(dying).rejects.toThrow('dies');
  deps.clock.advance(600_000);
  // The queue hands out the same message again.
  expect(await run(again)).toMatchObject({ name: 'rejected', fault: { code: 'remote.doubtful' } });
  expect(crm.calls).toHaveLength(2);
  // Somebody looks, and judges once more.
  expect(await run(letter())).toMatchObject({ name: 'delivered' });
  expect(crm.calls).toHaveLength(3);
});
