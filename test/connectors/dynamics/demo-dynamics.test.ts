import { describe, expect, test } from 'vitest';
import type { Action, Connector } from '../../../shared/core/remote.js';
import { never, T0 } from '../fakes.js';
import { CERTIFICATE, PRIVATE_KEY } from './certificate.js';
import { meet } from './demo.js';
import { contact } from './environment.js';

const sendTo = (connector: Connector, ...actions: readonly Action[]) => connector.send(actions, never());
const many = (count: number, more: (i: number) => Partial<Action> = () => ({})): readonly Action[] =>
  Array.from({ length: count }, (_, i) => contact(`p${i}`, { fields: { lastname: `L${i}` }, ...more(i) }));

describe('rows', () => {
  test('200 rows, mixed fates, each at its own place', async () => {
    const { demo, connector } = await meet({}, { batchSize: 200 });
    demo.misbehave({ kind: 'lock-row', key: 'p7', count: 1 });
    demo.misbehave({ kind: 'refuse-key', key: 'p9' });
    const long = { fields: { lastname: 'L'.repeat(51) } };
    const outcomes = await sendTo(connector, ...many(200, (i) => (i === 5 ? long : {})));
    const odd = outcomes.flatMap((outcome, i) => (outcome.kind === 'accepted' ? [] : [[i, outcome]]));
    expect(odd).toMatchObject([
      [5, { kind: 'rejected', code: '0x80044331' }],
      [7, { kind: 'retry', scope: 'row', fault: { code: 'remote.row-busy' } }],
      [9, { kind: 'rejected', code: '0x80040265' }],
    ]);
    expect(demo.rows('contacts').size).toBe(197);
    expect(demo.log()).toMatchObject({ calls: 1, logins: 1 });
  });

  test('made, written to, cleared, bound, deleted', async () => {
    const { demo, connector } = await meet();
    const account = {
      ...contact('A1'),
      object: 'accounts',
      key: { accountnumber: 'A1' },
      fields: { name: 'Acme' },
    };
    expect(await sendTo(connector, account)).toMatchObject([{ kind: 'accepted', id: expect.any(String) }]);
    await sendTo(
      connector,
      contact("O'Brien é", { fields: { firstname: 'Ada', emailaddress1: 'ada@example.com' } }),
    );
    const bind = { 'parentcustomerid_account@odata.bind': "accounts(accountnumber='A1')", firstname: null };
    expect(await sendTo(connector, contact("O'Brien é", { fields: bind }))).toMatchObject([
      { kind: 'accepted' },
    ]);
    const [accountId] = [...demo.rows('accounts').keys()];
    expect(accountId).toBe('A1');
    expect([...demo.rows('contacts').values()]).toEqual([
      { aep_profileid: "O'Brien é", emailaddress1: 'ada@example.com', parentcustomerid: expect.any(String) },
    ]);
    const gone = contact("O'Brien é", { operation: 'delete', fields: {} });
    expect(await sendTo(connector, gone)).toMatchObject([{ kind: 'accepted' }]);
    expect(await sendTo(connector, gone)).toMatchObject([{ kind: 'absent' }]);
  });

  test('update makes nothing', async () => {
    const { demo, connector } = await meet();
    await sendTo(connector, contact('p1'));
    const update = (key: string) => contact(key, { operation: 'update', fields: { firstname: 'Ada' } });
    expect(await sendTo(connector, update('p1'), update('p2'))).toMatchObject([
      { kind: 'accepted' },
      { kind: 'absent' },
    ]);
    expect([...demo.rows('contacts').keys()]).toEqual(['p1']);
  });

  test('an unknown table, column, key and type are refused, not guessed', async () => {
    const { demo, connector } = await meet();
    const code = async (action: Action) =>
      (await sendTo(connector, action)).map((outcome) => 'code' in outcome && outcome.code);
    expect(await code(contact('p1', { object: 'contactz' }))).toEqual(['0x8006088a']);
    expect(await code(contact('p1', { object: 'contactz', operation: 'update' }))).toEqual(['0x8006088a']);
    expect(await code(contact('p1', { fields: { nope: 1 } }))).toEqual(['0x80048d19']);
    expect(await code(contact('p1', { fields: { lastname: 1 } }))).toEqual(['0x80048d19']);
    expect(await code(contact('p1', { key: { emailaddress1: 'a' } }))).toEqual(['0x80060888']);
    expect(demo.rows('contacts').size).toBe(0);
  });

  test('UpsertMultiple: one bad row and none is written, which each of them says', async () => {
    const { demo, connector } = await meet({}, { upsertMultiple: { contacts: 'contact' }, batchSize: 100 });
    demo.misbehave({ kind: 'refuse-key', key: 'p2' });
    const refused = { kind: 'rejected', code: '0x80040265', whole: true };
    expect(await sendTo(connector, ...many(3))).toMatchObject([refused, refused, refused]);
    expect(demo.rows('contacts').size).toBe(0);
    expect(await sendTo(connector, ...many(2))).toMatchObject([{ kind: 'accepted' }, { kind: 'accepted' }]);
  });
});

describe('lists', () => {
  const listed = (operation: 'add' | 'remove', list: string) => (key: string) =>
    contact(key, { operation, list, fields: {} });

  test('join, join again, leave, leave again', async () => {
    const { demo, connector } = await meet();
    const list = demo.addList();
    await sendTo(connector, ...many(3));
    const add = listed('add', list);
    const remove = listed('remove', list);
    expect(await sendTo(connector, add('p0'), add('nobody'), add('p2'))).toMatchObject([
      { kind: 'accepted' },
      { kind: 'absent' },
      { kind: 'accepted' },
    ]);
    expect(await sendTo(connector, add('p0'))).toMatchObject([{ kind: 'accepted' }]);
    expect(demo.members(list, 'contacts')).toHaveLength(2);
    expect(await sendTo(connector, remove('p0'), remove('p1'), remove('nobody'))).toMatchObject([
      { kind: 'accepted' },
      { kind: 'absent' },
      { kind: 'absent' },
    ]);
    expect(demo.members(list, 'contacts')).toHaveLength(1);
  });

  test('a dynamic list, a locked one, one of leads and one that is not there', async () => {
    const { demo, connector } = await meet();
    await sendTo(connector, contact('p1'));
    const lists = [{ type: true }, { lockstatus: true }, { createdfromcode: 4 }].map((fields) =>
      demo.addList(fields),
    );
    for (const list of [...lists, '00000000-0000-4000-8000-000000000000'])
      expect(await sendTo(connector, listed('add', list)('p1'))).toMatchObject([{ kind: 'rejected' }]);
  });
});

describe('what is sent once', () => {
  const task = (idempotencyKey: string): Action =>
    contact('', { operation: 'send', object: 'tasks', key: {}, fields: { subject: 'Call' }, idempotencyKey });

  test('with a key column, a repetition makes nothing more', async () => {
    const { demo, connector } = await meet({}, { onceKeys: { tasks: 'aep_sendid' } });
    demo.misbehave({ kind: 'reset', when: 'after', count: 1 });
    expect(await sendTo(connector, task('k.1'))).toMatchObject([{ kind: 'unknown' }]);
    expect(await sendTo(connector, task('k.1'), task('k.2'))).toMatchObject([
      { kind: 'accepted' },
      { kind: 'accepted' },
    ]);
    expect([...demo.rows('tasks').keys()]).toEqual(['k.1', 'k.2']);
  });

  test('without one each is made, and trouble puts in doubt only what was under way', async () => {
    const { demo, connector } = await meet();
    expect(await sendTo(connector, task('a'))).toMatchObject([{ kind: 'accepted', created: true }]);
    demo.misbehave({ kind: 'reset', when: 'after', count: 1 });
    expect(await sendTo(connector, task('b'), task('c'))).toMatchObject([
      { kind: 'unknown' },
      { kind: 'retry', unsent: true },
    ]);
    expect(demo.rows('tasks').size).toBe(2);
  });
});

describe('trouble', () => {
  test.each(['before', 'after'] as const)(
    'no answer %s writing is unknown, and repeating is safe',
    async (when) => {
      const { demo, connector } = await meet({}, { timeoutMs: 1000 });
      demo.misbehave({ kind: 'reset', when, count: 1 });
      expect(await sendTo(connector, contact('p1'))).toMatchObject([
        { kind: 'unknown', fault: { code: 'remote.unanswered' } },
      ]);
      demo.misbehave({ kind: 'hang', when, count: 1 });
      expect(await sendTo(connector, contact('p1'))).toMatchObject([
        { kind: 'unknown', fault: { code: 'remote.timeout' } },
      ]);
      expect(await sendTo(connector, contact('p1'))).toMatchObject([{ kind: 'accepted' }]);
      expect(demo.rows('contacts').size).toBe(1);
    },
  );

  test('parts that are missing were perhaps written', async () => {
    const { demo, connector } = await meet();
    demo.misbehave({ kind: 'drop-parts', parts: 2, count: 1 });
    const outcomes = await sendTo(connector, ...many(5));
    expect(outcomes.map(({ kind }) => kind)).toEqual([
      'accepted',
      'accepted',
      'accepted',
      'unknown',
      'unknown',
    ]);
    expect(demo.rows('contacts').size).toBe(5);
  });

  test('a server that stops at the first error: nobody is told apart', async () => {
    const { demo, connector } = await meet();
    demo.misbehave({ kind: 'refuse-key', key: 'p2' });
    demo.misbehave({ kind: 'stop-at-error', count: 2 });
    const refused = { kind: 'rejected', code: '0x80040265', whole: true };
    expect(await sendTo(connector, ...many(4))).toMatchObject([refused, refused, refused, refused]);
    expect(await sendTo(connector, contact('p2'))).toEqual([expect.not.objectContaining({ whole: true })]);
  });

  test('the limit of five minutes: the wait is what is left of them', async () => {
    const clock = { now: 1_000_000 };
    const { connector } = await meet({ requestLimit: 2, now: () => clock.now });
    await sendTo(connector, contact('p1'));
    clock.now += 60_000;
    await sendTo(connector, contact('p1'));
    expect(await sendTo(connector, contact('p1'))).toMatchObject([
      { kind: 'retry', scope: 'connection', fault: { code: 'remote.throttled' }, afterMs: 240_000 },
    ]);
  });

  test('53 requests at once are one too many', async () => {
    const { connector } = await meet({ concurrentLimit: 3, latencyMs: 60 });
    await sendTo(connector, contact('p'));
    const outcomes = await Promise.all(many(8).map((action) => sendTo(connector, action)));
    const throttled = outcomes.flat().filter(({ kind }) => kind === 'retry');
    expect(throttled.length).toBeGreaterThan(0);
    expect(throttled[0]).toMatchObject({
      scope: 'connection',
      fault: { code: 'remote.throttled' },
      afterMs: 1000,
    });
  });

  test('a token that ended costs one log in and one repetition', async () => {
    const { demo, connector } = await meet();
    await sendTo(connector, contact('p1'));
    demo.misbehave({ kind: 'expire-token', count: 1 });
    expect(await sendTo(connector, contact('p2'))).toMatchObject([{ kind: 'accepted' }]);
    expect(demo.log()).toMatchObject({ calls: 3, logins: 2 });
  });

  test('who is locked out is told where to look, and sends nothing', async () => {
    const { demo, connector } = await meet();
    demo.misbehave({ kind: 'locked-out' });
    expect(await sendTo(connector, contact('p1'))).toMatchObject([
      { kind: 'retry', scope: 'connection', fault: { code: 'remote.unauthorized' } },
    ]);
    expect(demo.log().calls).toBe(0);
  });

  test('a certificate opens the door as well as a secret', async () => {
    const auth = { certificate: { secret: 'secret:dynamics' } };
    const pair = { privateKey: PRIVATE_KEY, certificate: CERTIFICATE };
    const { demo, connector } = await meet({ certificate: CERTIFICATE, now: () => T0 }, { auth }, pair);
    expect(await sendTo(connector, contact('p1'))).toMatchObject([{ kind: 'accepted' }]);
    demo.misbehave({ kind: 'expire-token', count: 1 });
    expect(await sendTo(connector, contact('p2'))).toMatchObject([{ kind: 'accepted' }]);
    expect(demo.log().logins).toBe(2);
  });
});
