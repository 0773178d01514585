import { afterEach, describe, expect, test } from 'vitest';
import {
  type DemoHubspot,
  type DemoHubspotOptions,
  startDemoHubspot,
} from '../../../local/demo-hubspot/server.js';
import type { Action, Connector } from '../../../shared/core/remote.js';
import { never, secretsOf, stillClock, T0 } from '../fakes.js';
import { APP_AUTH, contact, hubspotAt, member, openHubspot } from './account.js';

const running: DemoHubspot[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((hub) => hub.close()));
});

/** The connector and an account that share no code: each was written from the vendor's documentation alone. */
async function meet(
  options: DemoHubspotOptions = {},
  config: Readonly<Record<string, unknown>> = {},
): Promise<{
  hub: DemoHubspot;
  connector: Connector;
  send: (...actions: Action[]) => ReturnType<Connector['send']>;
}> {
  const state = { now: T0 };
  const hub = await startDemoHubspot({ now: () => state.now, ...options });
  running.push(hub);
  const secrets = secretsOf({ hubspot: hub.serviceKey, app: JSON.stringify(hub.app) });
  const connector = openHubspot(hubspotAt(hub.url, { timeoutMs: 10_000, sendKey: 'aep_event', ...config }), {
    secrets,
    clock: stillClock(state),
  });
  return { hub, connector, send: (...actions) => connector.send(actions, never()) };
}

const people = (hub: DemoHubspot) => hub.records.all('contacts').map(({ properties }) => properties);

describe('records', () => {
  test('100 rows, mixed fates, each at its own place although the answer comes in another order', async () => {
    const { hub, send } = await meet();
    hub.misbehave({ kind: 'refuse-row', id: 'p9', error: 'VALIDATION_ERROR' });
    hub.misbehave({ kind: 'forget-row', id: 'p11' });
    const actions = Array.from({ length: 100 }, (_, i) =>
      contact(`p${i}`, 'upsert', {
        fields: i === 5 ? { firstname: 'x', loyalty_points: 'many' } : { firstname: `N${i}` },
      }),
    );
    const outcomes = await send(...actions);
    const odd = outcomes.flatMap((outcome, i) =>
      outcome.kind === 'accepted' ? [] : [[i, outcome] as const],
    );
    expect(odd).toMatchObject([
      [5, { kind: 'rejected', code: 'INVALID_INTEGER', field: 'loyalty_points' }],
      [9, { kind: 'rejected', code: 'VALIDATION_ERROR' }],
      [11, { kind: 'unknown', fault: { code: 'remote.unanswered' } }],
    ]);
    for (const [i, outcome] of outcomes.entries())
      if (outcome.kind === 'accepted')
        expect(hub.records.byId('contacts', outcome.id ?? '')?.properties).toEqual({
          aep_id: `p${i}`,
          firstname: `N${i}`,
        });
    expect(hub.requests).toHaveLength(1);
  });

  test('created, then updated, then cleared; every kind of value', async () => {
    const { hub, send } = await meet();
    const fields = {
      firstname: 'Ada',
      hot_prospect: true,
      loyalty_points: 12.5,
      interests: ['music', 'travel'],
      entered_at: '2026-11-01T10:00:00Z',
    };
    expect(await send(contact('p1', 'upsert', { fields }))).toMatchObject([
      { kind: 'accepted', created: true },
    ]);
    expect(people(hub)).toEqual([
      {
        aep_id: 'p1',
        firstname: 'Ada',
        hot_prospect: 'true',
        loyalty_points: '12.5',
        interests: 'music;travel',
        entered_at: '2026-11-01T10:00:00Z',
      },
    ]);
    const cleared = { hot_prospect: false, loyalty_points: null, interests: [] };
    expect(await send(contact('p1', 'upsert', { fields: cleared }))).toMatchObject([
      { kind: 'accepted', created: false },
    ]);
    expect(people(hub)).toEqual([
      { aep_id: 'p1', firstname: 'Ada', hot_prospect: 'false', entered_at: '2026-11-01T10:00:00Z' },
    ]);
  });

  test('with email as the key one bad row spoils the request, and says that it may be one row', async () => {
    const { hub, send } = await meet();
    const by = (email: string) => contact('x', 'upsert', { key: { email }, fields: { firstname: 'A' } });
    const bad = contact('x', 'upsert', { key: { email: 'c@example.com' }, fields: { tier: 'platinum' } });
    const outcomes = await send(by('a@example.com'), bad);
    expect(outcomes).toMatchObject([
      { kind: 'rejected', code: 'INVALID_OPTION', whole: true },
      { kind: 'rejected', whole: true },
    ]);
    expect(people(hub)).toEqual([]);
    expect(await send(by('a@example.com'))).toMatchObject([{ kind: 'accepted' }]);
    expect(people(hub)).toEqual([{ email: 'a@example.com', firstname: 'A' }]);
  });

  test('an update makes nobody, by any kind of key', async () => {
    const { hub, send } = await meet();
    const { id } = hub.records.create('contacts', { email: 'ada@example.com', aep_id: 'p1' });
    const fields = { firstname: 'Ada' };
    const by = (key: Action['key']) => contact('x', 'update', { key, fields });
    expect(await send(by({ aep_id: 'p1' }), by({ aep_id: 'p2' }))).toMatchObject([
      { kind: 'accepted' },
      { kind: 'absent' },
    ]);
    expect(await send(by({ email: 'Ada@example.com' }), by({ email: 'bob@example.com' }))).toMatchObject([
      { kind: 'accepted' },
      { kind: 'absent' },
    ]);
    expect(await send(by({ hs_object_id: id }), by({ hs_object_id: '1' }))).toMatchObject([
      { kind: 'accepted' },
      { kind: 'absent' },
    ]);
    expect(people(hub)).toEqual([{ email: 'ada@example.com', aep_id: 'p1', firstname: 'Ada' }]);
  });

  test('a deletion is one look-up and one request, and finds nobody the second time', async () => {
    const { hub, send } = await meet();
    hub.records.create('contacts', { aep_id: 'p1' });
    const gone = [contact('p1', 'delete', {}), contact('p2', 'delete', {})];
    expect(await send(...gone)).toMatchObject([{ kind: 'accepted' }, { kind: 'absent' }]);
    expect(await send(...gone)).toMatchObject([{ kind: 'absent' }, { kind: 'absent' }]);
    expect(people(hub)).toEqual([]);
    expect(hub.requests).toHaveLength(3);
  });

  test('a send that is repeated makes one record', async () => {
    const { hub, send } = await meet();
    hub.misbehave({ kind: 'reset', when: 'after', count: 1 });
    const task = contact('x', 'send', {
      object: 'tasks',
      key: {},
      fields: { hs_task_subject: 'Call', hs_timestamp: '2026-11-02T09:00:00Z' },
      idempotencyKey: 'k1',
    });
    expect(await send(task)).toMatchObject([{ kind: 'unknown' }]);
    expect(await send(task)).toMatchObject([{ kind: 'accepted', created: false }]);
    expect(hub.records.all('tasks')).toHaveLength(1);
  });
});

describe('lists', () => {
  test('join, join again, leave, leave again', async () => {
    const { hub, send } = await meet();
    const { id } = hub.records.create('contacts', { aep_id: 'p1' });
    const join = [member('p1'), member('p2')];
    const leave = [member('p1', 'remove'), member('p2', 'remove')];
    expect(await send(...join)).toMatchObject([{ kind: 'accepted', id }, { kind: 'absent' }]);
    expect(await send(...join)).toMatchObject([{ kind: 'accepted', id }, { kind: 'absent' }]);
    expect(hub.members('123')).toEqual([id]);
    expect(await send(...leave)).toMatchObject([{ kind: 'accepted', id }, { kind: 'absent' }]);
    expect(await send(...leave)).toMatchObject([{ kind: 'absent' }, { kind: 'absent' }]);
    expect(hub.members('123')).toEqual([]);
  });

  test.each([
    ['125', 'VALIDATION_ERROR'],
    ['126', 'ILS.LIST_NOT_FOUND'],
  ])('list %s cannot be changed: refused, not bisected', async (list, code) => {
    const { hub, send } = await meet();
    hub.records.create('contacts', { aep_id: 'p1' });
    hub.records.create('contacts', { aep_id: 'p2' });
    const [first, second] = await send({ ...member('p1'), list }, { ...member('p2'), list });
    expect(first).toMatchObject({ kind: 'rejected', code });
    expect([first, second]).not.toContainEqual(expect.objectContaining({ whole: true }));
  });
});

describe('who asks, and how often', () => {
  test('an OAuth app: an access token that ended costs one refresh and one repetition', async () => {
    const { hub, send } = await meet({}, APP_AUTH);
    await send(contact('p1'));
    hub.misbehave({ kind: 'expire-token', count: 1 });
    expect(await send(contact('p1'))).toMatchObject([{ kind: 'accepted' }]);
    expect(hub.requests.filter((each) => each === 'POST /oauth/2026-09/token')).toHaveLength(2);
    expect(hub.repeatedWrites()).toBe(1);
  });

  test('wrong credentials: told so, and nothing but the log in is tried', async () => {
    const { hub } = await meet();
    const secrets = secretsOf({ app: JSON.stringify({ ...hub.app, clientSecret: 'wr0ng' }) });
    const connector = openHubspot(hubspotAt(hub.url, APP_AUTH), { secrets });
    const [outcome] = await connector.send([contact('p1')], never());
    expect(outcome).toMatchObject({
      kind: 'retry',
      scope: 'connection',
      fault: { code: 'remote.unauthorized' },
    });
    expect(outcome?.kind === 'retry' && outcome.fault.message).toMatch(/invalid_client.*"secret:app"/s);
    expect(hub.requests).toHaveLength(1);
  });

  test('a missing scope holds the connection and says so', async () => {
    const { hub, send } = await meet({ scopes: ['crm.objects.contacts.read', 'crm.lists.read'] });
    hub.records.create('contacts', { aep_id: 'p1' });
    for (const action of [contact('p1'), member('p1')])
      expect(await send(action)).toMatchObject([
        { kind: 'retry', scope: 'connection', fault: { message: expect.stringContaining('MISSING_SCOPES') } },
      ]);
  });

  test('the rolling limit waits its window, the daily one much longer', async () => {
    const rolling = await meet({ perWindow: 1 });
    await rolling.send(contact('p1'));
    expect(await rolling.send(contact('p1'))).toMatchObject([
      { kind: 'retry', fault: { code: 'remote.throttled' }, afterMs: 10_000 },
    ]);
    const daily = await meet({ perDay: 1 });
    await daily.send(contact('p1'));
    expect(await daily.send(contact('p1'))).toMatchObject([
      { kind: 'retry', fault: { code: 'remote.quota' }, afterMs: 900_000 },
    ]);
  });
});

describe('what breaks', () => {
  test.each(['before', 'after'] as const)(
    'no answer %s writing is unknown, and repeating it is safe',
    async (when) => {
      const { hub, send } = await meet({}, { timeoutMs: 1000 });
      hub.misbehave({ kind: 'reset', when, count: 1 });
      expect(await send(contact('p1'))).toMatchObject([
        { kind: 'unknown', fault: { code: 'remote.unanswered' } },
      ]);
      hub.misbehave({ kind: 'hang', when, count: 1 });
      expect(await send(contact('p1'))).toMatchObject([
        { kind: 'unknown', fault: { code: 'remote.timeout' } },
      ]);
      expect(await send(contact('p1'))).toMatchObject([{ kind: 'accepted' }]);
      expect(people(hub)).toEqual([{ aep_id: 'p1', firstname: 'Ada' }]);
    },
  );

  test('a batch that is still at it has answered nobody', async () => {
    const { hub, send } = await meet();
    hub.misbehave({ kind: 'pending', count: 1 });
    expect(await send(contact('p1'), contact('p2'))).toMatchObject([
      { kind: 'unknown' },
      { kind: 'unknown' },
    ]);
  });

  test('a look-up that is silent about a row writes nothing for it, and its neighbour goes on', async () => {
    const { hub, send } = await meet();
    const [first] = ['p1', 'p2'].map((aep_id) => hub.records.create('contacts', { aep_id }));
    hub.misbehave({ kind: 'forget-row', id: 'p2', count: 1 });
    expect(await send(member('p1'), member('p2'))).toMatchObject([
      { kind: 'accepted' },
      { kind: 'retry', scope: 'row', unsent: true },
    ]);
    expect(hub.members('123')).toEqual([first?.id]);
  });

  test('an unknown object type and property are refused, not guessed', async () => {
    const { hub, send } = await meet();
    expect(await send({ ...contact('p1'), object: 'nopes' })).toMatchObject([
      { kind: 'rejected', code: 'VALIDATION_ERROR' },
    ]);
    expect(await send(contact('p1', 'upsert', { fields: { nope: 1 } }))).toMatchObject([
      { kind: 'rejected', code: 'PROPERTY_DOESNT_EXIST', field: 'nope' },
    ]);
    expect(await send(contact('x', 'upsert', { key: { firstname: 'Ada' } }))).toMatchObject([
      { kind: 'rejected', whole: true },
    ]);
    expect(people(hub)).toEqual([]);
  });
});
