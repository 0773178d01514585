import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../shared/clock.js';
import { openConnector } from '../../shared/connectors/open-connector.js';
import type { Connector, Outcome } from '../../shared/core/remote.js';
import { never, secretsOf } from '../connectors/fakes.js';
import { act, configOf } from '../connectors/http/templates/example.js';
import { hasTryton, PASSWORD, startTryton, type Tryton } from './tryton-server.js';

const installed = await hasTryton();
if (!installed) {
  const how = 'apt-get install -y --no-install-recommends tryton-server tryton-modules-party';
  // A judge that is silently absent would look like one that was satisfied.
  process.stderr.write(
    `SKIPPED: examples/connections/tryton.yaml was not tried on a real Tryton. Install it: ${how}\n`,
  );
}

const kinds = (outcomes: readonly Outcome[]) => outcomes.map(({ kind }) => kind);

describe.runIf(installed)('a real CRM, by its ready-made connection', () => {
  let tryton: Tryton;
  let connector: Connector;
  const send = (...actions: Parameters<Connector['send']>[0]) => connector.send(actions, never());
  const open = async (password = PASSWORD) => {
    const moved = [
      ['https://tryton.example.com/crm/', tryton.url],
      ['user: tributary', 'user: admin'],
    ] as const;
    const secrets = secretsOf({ tryton: password });
    return openConnector('tryton', await configOf('tryton', 'tryton', moved), {
      secrets,
      clock: systemClock,
    });
  };
  const party = async (code: string) => {
    const found = await tryton.call('model.party.party.search', [['code', '=', code]], 0, 10, null);
    const ids = Array.isArray(found) ? found : [];
    const read = await tryton.call('model.party.party.read', ids, ['code', 'name', 'categories']);
    return Array.isArray(read) ? read : [];
  };

  beforeAll(async () => {
    tryton = await startTryton();
    connector = await open();
  });
  afterAll(() => tryton?.close());

  test('contacts are created and updated, and never twice', async () => {
    expect(
      kinds(await send(act('upsert', 'aep-1', { name: 'Ada' }), act('upsert', 'aep-2', { name: 'Grace' }))),
    ).toEqual(['accepted', 'accepted']);
    expect(
      kinds(
        await send(
          act('upsert', 'aep-1', { name: 'Ada L.' }),
          act('update', 'aep-2', { name: 'G. "H" {x}' }),
        ),
      ),
    ).toEqual(['accepted', 'accepted']);
    expect(await party('aep-1')).toMatchObject([{ name: 'Ada L.' }]);
    expect(await party('aep-2')).toMatchObject([{ name: 'G. "H" {x}' }]);
  });

  test('categories are joined and left, as often as one likes', async () => {
    const made = await tryton.call('model.party.category.create', [{ name: 'AEP: VIP' }]);
    const [id] = Array.isArray(made) ? made.map(String) : [];
    const join = act('add', 'aep-1', {}, id);
    expect(kinds(await send(join, join))).toEqual(['accepted', 'accepted']);
    expect(await party('aep-1')).toMatchObject([{ categories: [Number(id)] }]);
    const leave = act('remove', 'aep-1', {}, id);
    expect(kinds(await send(leave, leave, act('remove', 'nobody', {}, id)))).toEqual([
      'accepted',
      'accepted',
      'absent',
    ]);
    expect(await party('aep-1')).toMatchObject([{ categories: [] }]);
  });

  test('a duplicate, answered with 200 and an error, is rejected, and nothing was written', async () => {
    const [outcome] = await send(act('update', 'aep-2', { name: 'Stolen', code: 'aep-1' }));
    expect(outcome).toMatchObject({
      kind: 'rejected',
      code: 'UserError',
      text: expect.stringContaining('unique'),
    });
    expect(await party('aep-2')).toMatchObject([{ code: 'aep-2', name: 'G. "H" {x}' }]);
  });

  test('an unknown field is rejected, with its neighbours unharmed', async () => {
    const outcomes = await send(act('upsert', 'aep-1', { nope: 1 }), act('upsert', 'aep-1', { name: 'Ada' }));
    expect(kinds(outcomes)).toEqual(['rejected', 'accepted']);
  });

  test('who is not there is absent; who is deleted is gone', async () => {
    expect(kinds(await send(act('update', 'nobody', { name: 'x' }), act('delete', 'nobody')))).toEqual([
      'absent',
      'absent',
    ]);
    expect(kinds(await send(act('delete', 'aep-2')))).toEqual(['accepted']);
    expect(await party('aep-2')).toEqual([]);
  });

  test('a wrong password is the connection’s trouble, and no row’s', async () => {
    const stranger = await open('wrong');
    expect(await stranger.send([act('upsert', 'aep-9', { name: 'x' })], never())).toMatchObject([
      { kind: 'retry', scope: 'connection', unsent: true, fault: { code: 'remote.unauthorized' } },
    ]);
    expect(await party('aep-9')).toEqual([]);
  });
});
