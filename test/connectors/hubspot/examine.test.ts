import { afterEach, describe, expect, test } from 'vitest';
import {
  type DemoHubspot,
  type DemoHubspotOptions,
  startDemoHubspot,
} from '../../../local/demo-hubspot/server.js';
import { openExaminer } from '../../../shared/connectors/open-connector.js';
import { ConnectionConfig } from '../../../shared/connectors/registry.js';
import type { Examiner, Need } from '../../../shared/core/remote.js';
import { never, secretsOf, stillClock, T0 } from '../fakes.js';
import { closedPort } from '../fault-server.js';
import { APP_AUTH, hubspotAt } from './account.js';

const running: DemoHubspot[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((hub) => hub.close()));
});

function examinerAt(config: unknown, secrets: Readonly<Record<string, string>>): Examiner {
  const deps = { secrets: secretsOf(secrets), clock: stillClock() };
  const examiner = openExaminer('crm', ConnectionConfig.parse(config), deps);
  if (examiner === undefined) throw new Error('there is no examiner');
  return examiner;
}

async function meet(options: DemoHubspotOptions = {}, more: Readonly<Record<string, unknown>> = {}) {
  const hub = await startDemoHubspot({ now: () => T0, ...options });
  running.push(hub);
  const secrets = { hubspot: hub.serviceKey, app: JSON.stringify(hub.app) };
  return { hub, examiner: examinerAt(hubspotAt(hub.url, more), secrets) };
}

const need = (more: Partial<Need> = {}): Need => ({
  object: 'contacts',
  operations: ['upsert'],
  keys: ['aep_id'],
  fields: ['firstname'],
  lists: [],
  ...more,
});

/** Findings as text, the level first. */
const told = async (examiner: Examiner, ...needs: readonly Need[]): Promise<readonly string[]> =>
  (await examiner.examine(needs, never())).map(({ level, what }) => `${level}: ${what}`);

describe('an account in which all is well', () => {
  test.each([
    ['service key', {}],
    ['OAuth app', APP_AUTH],
  ])('%s', async (_, auth) => {
    const { hub, examiner } = await meet({}, { ...auth, sendKey: 'aep_event' });
    const needs = [
      need({ operations: ['upsert', 'add', 'remove'], lists: ['123'] }),
      need({ object: 'tasks', operations: ['send'], keys: [], fields: ['hs_task_subject'] }),
    ];
    expect(await told(examiner, ...needs)).toEqual([
      'well: logged in to account 4711 (SANDBOX)',
      expect.stringMatching(/^well: \d+ of 1000000 API requests of the day are used$/),
      'well: contacts.aep_id has unique values',
      'well: contacts.firstname can be written',
      'well: writing contacts is allowed',
      'well: reading contacts is allowed',
      'well: tasks.hs_task_subject can be written',
      'well: tasks.aep_event has unique values',
      'well: writing tasks is allowed',
      'well: list 123 is a static one',
      'well: changing list 123 is allowed',
    ]);
    expect(hub.records.all('contacts')).toEqual([]);
    expect(hub.members('123')).toEqual([]);
  });

  test('nothing that is there is changed', async () => {
    const { hub, examiner } = await meet();
    const { id } = hub.records.create('contacts', { aep_id: 'p1', firstname: 'Ada' });
    await told(examiner, need({ operations: ['upsert', 'update', 'delete', 'add'], lists: ['123'] }));
    expect(hub.records.all('contacts')).toEqual([{ id, properties: { aep_id: 'p1', firstname: 'Ada' } }]);
    expect(hub.members('123')).toEqual([]);
    expect(hub.repeatedWrites()).toBe(0);
  });
});

describe('what is wrong, and what to do about it', () => {
  test.each<[string, Partial<Need>, string]>([
    ['no such key', { keys: ['nope'] }, 'contacts.nope does not exist'],
    ['a key without unique values', { keys: ['tier'] }, 'contacts.tier does not have unique values'],
    ['no such property', { fields: ['nope'] }, 'contacts.nope does not exist'],
    ['a property HubSpot writes', { fields: ['hs_additional_emails'] }, 'is written by HubSpot alone'],
    ['no such object type', { object: 'nopes' }, 'the properties of nopes cannot be read'],
    ['a send without a key', { operations: ['send'], keys: [] }, '"send" to contacts has no key'],
    ['no such list', { lists: ['999'] }, 'list 999 cannot be read: OBJECT_NOT_FOUND'],
    ['an active list', { lists: ['125'] }, 'list 125 is an active one'],
  ])('%s', async (_, more, what) => {
    const { examiner } = await meet();
    const findings = await examiner.examine([need(more)], never());
    const errors = findings.filter(({ level }) => level === 'error');
    expect(errors).toEqual([
      { level: 'error', what: expect.stringContaining(what), advice: expect.stringMatching(/./) },
    ]);
  });

  test('email as the key works, with a word of warning', async () => {
    const { examiner } = await meet();
    expect(await told(examiner, need({ keys: ['email'], fields: [] }))).toContainEqual(
      expect.stringMatching(/^warning: contacts\.email is the key: one bad row/),
    );
    expect(await told(examiner, need({ keys: ['email'], fields: [], operations: ['update'] }))).toContain(
      'well: contacts.email has unique values',
    );
  });

  test('scopes that are missing are named', async () => {
    const { examiner } = await meet({ scopes: ['crm.schemas.contacts.read', 'crm.lists.read'] });
    const findings = await examiner.examine(
      [need({ operations: ['upsert', 'add'], lists: ['123'] })],
      never(),
    );
    expect(findings.filter(({ level }) => level === 'error').map(({ what }) => what)).toEqual(
      ['writing contacts', 'reading contacts', 'changing list 123'].map((what) =>
        expect.stringContaining(`${what} is not allowed: "crm" refused our credentials (403 MISSING_SCOPES)`),
      ),
    );
  });

  test('a day that is nearly used up', async () => {
    const { examiner } = await meet({ perDay: 10 });
    for (let i = 0; i < 3; i++) await told(examiner);
    expect(await told(examiner)).toContainEqual(
      expect.stringMatching(/^warning: \d of 10 API requests of the day are used$/),
    );
  });

  test('a stranger is told so, nothing else is asked, and no secret is repeated', async () => {
    const { hub } = await meet();
    const findings = await examinerAt(hubspotAt(hub.url), { hubspot: 'wr0ng-key' }).examine(
      [need()],
      never(),
    );
    expect(findings).toMatchObject([
      { level: 'error', what: expect.stringContaining('refused our credentials') },
    ]);
    expect(JSON.stringify(findings)).not.toContain('wr0ng-key');
    expect(new Set(hub.requests)).toEqual(new Set(['GET /account-info/2026-09/details']));
  });

  test('nobody listens', async () => {
    const findings = await examinerAt(hubspotAt(await closedPort()), { hubspot: 'k' }).examine(
      [need()],
      never(),
    );
    expect(findings).toMatchObject([{ level: 'error', what: expect.stringContaining('cannot be reached') }]);
  });
});

describe('fields', () => {
  test('as the checks of rules need them', async () => {
    const { examiner } = await meet();
    const fields = await examiner.fields?.('contacts', never());
    expect(fields).toMatchObject({
      ok: true,
      value: {
        email: { type: 'any', key: true },
        aep_id: { type: 'any', key: true },
        hot_prospect: { type: 'boolean' },
        loyalty_points: { type: 'number' },
        tier: { type: 'choice', values: ['basic', 'gold'] },
        entered_at: { type: 'datetime' },
        hs_additional_emails: { readonly: true },
      },
    });
  });

  test('of nothing there are none', async () => {
    const { examiner } = await meet();
    expect(await examiner.fields?.('nopes', never())).toMatchObject({
      ok: false,
      fault: { code: 'remote.rejected', message: expect.stringContaining('"nopes"') },
    });
  });
});
