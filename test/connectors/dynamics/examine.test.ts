import { describe, expect, test } from 'vitest';
import type { DemoDynamicsOptions } from '../../../local/demo-dynamics/server.js';
import { openExaminer } from '../../../shared/connectors/open-connector.js';
import { ConnectionConfig } from '../../../shared/connectors/registry.js';
import type { Examiner, Need } from '../../../shared/core/remote.js';
import { never, secretsOf, stillClock, T0 } from '../fakes.js';
import { closedPort } from '../fault-server.js';
import { configOf, secretsFor, startDemo } from './demo.js';
import { config, SECRETS } from './environment.js';

function examinerOf(raw: unknown, secrets = SECRETS): Examiner {
  const examiner = openExaminer('crm', ConnectionConfig.parse(raw), { secrets, clock: stillClock() });
  if (examiner === undefined) throw new Error('there is no examiner');
  return examiner;
}

async function meet(more: Readonly<Record<string, unknown>> = {}, options: DemoDynamicsOptions = {}) {
  const demo = await startDemo({ now: () => T0, ...options });
  return { demo, examiner: examinerOf(configOf(demo, more), secretsFor(demo)) };
}

const need = (more: Partial<Need> = {}): Need => ({
  object: 'contacts',
  operations: ['upsert'],
  keys: ['aep_profileid'],
  fields: ['firstname'],
  lists: [],
  ...more,
});

/** Findings as text, the level first. */
const told = async (examiner: Examiner, ...needs: readonly Need[]): Promise<readonly string[]> =>
  (await examiner.examine(needs, never())).map(({ level, what }) => `${level}: ${what}`);

/** What is not well. */
const trouble = async (examiner: Examiner, ...needs: readonly Need[]): Promise<readonly string[]> =>
  (await told(examiner, ...needs)).filter((text) => !text.startsWith('well'));

describe('an environment in which all is well', () => {
  test('each thing that the rules need is named, and nothing is changed', async () => {
    const { demo, examiner } = await meet({
      onceKeys: { tasks: 'aep_sendid' },
      upsertMultiple: { contacts: 'contact' },
    });
    const list = demo.addList();
    const needs = [
      need({
        operations: ['upsert', 'add', 'remove', 'delete'],
        fields: ['firstname', 'parentcustomerid_account@odata.bind'],
        lists: [list],
      }),
      need({ object: 'tasks', operations: ['send'], keys: [], fields: ['subject'] }),
    ];
    expect(await told(examiner, ...needs)).toEqual([
      expect.stringMatching(/^well: logged in to 127\.0\.0\.1:\d+ as application user [0-9a-f-]{36}$/),
      'well: 5999 requests are left in these five minutes, as far as the answering server knows',
      'well: contacts.aep_profileid is an alternate key',
      'well: contacts.firstname can be written',
      'well: contacts.parentcustomerid_account@odata.bind can be written',
      'well: contacts takes UpsertMultiple',
      'well: the application user may Create, Read, Write, Delete, Append contacts',
      'well: tasks.subject can be written',
      'well: tasks.aep_sendid is an alternate key',
      'well: the application user may Create, Read, Write tasks',
      `well: list ${list} is a static list of contacts`,
      'well: the application user may Read, Write, AppendTo lists',
    ]);
    expect(demo.log().writes).toBe(0);
  });

  test('a row addressed by its own id', async () => {
    const { examiner } = await meet({ bareKeys: ['contactid'] });
    expect(await told(examiner, need({ keys: ['contactid'] }))).toContain(
      "well: contacts.contactid is the row's own id",
    );
  });

  test('the columns of a table, for checks of the rules', async () => {
    const { examiner } = await meet();
    const fields = await examiner.fields?.('contacts', never());
    expect(fields?.ok && fields.value).toMatchObject({
      aep_profileid: { type: 'text', length: 100, key: true },
      aep_hot: { type: 'boolean' },
      aep_points: { type: 'number' },
      aep_enteredon: { type: 'datetime' },
      createdon: { type: 'datetime', readonly: true },
      'parentcustomerid_account@odata.bind': { type: 'text' },
    });
    expect(fields?.ok && Object.keys(fields.value)).not.toContain('parentcustomerid');
  });
});

describe('what is not as it should be', () => {
  test.each<[string, Partial<Need>, Readonly<Record<string, unknown>>, RegExp]>([
    ['no such table', { object: 'contact' }, {}, /no table with the entity set name contact$/],
    ['no such key', { keys: ['aep_nope'] }, {}, /contacts\.aep_nope does not exist/],
    ['a key that is none', { keys: ['emailaddress1'] }, {}, /contacts\.emailaddress1 is no alternate key/],
    ['an id in quotes', { keys: ['contactid'] }, {}, /contacts\.contactid is no text/],
    [
      'a text without',
      {},
      { bareKeys: ['aep_profileid'] },
      /aep_profileid is text, but listed in "bareKeys"/,
    ],
    ['no such column', { fields: ['FirstName'] }, {}, /contacts\.FirstName does not exist/],
    ['a column of the system', { fields: ['createdon'] }, {}, /createdon is written by the system alone/],
    ['a lookup without bind', { fields: ['parentcustomerid'] }, {}, /parentcustomerid is a lookup/],
    [
      'another logical name',
      {},
      { upsertMultiple: { contacts: 'contacts' } },
      /logical name of contacts is contact,/,
    ],
    ['a list that is no GUID', { lists: ['VIPs'] }, {}, /list VIPs is no GUID/],
    ['no such list', { lists: ['00000000-0000-4000-8000-000000000000'] }, {}, /cannot be read: 0x80040217/],
    [
      'a task that may be made twice',
      { object: 'tasks', operations: ['send'], keys: [], fields: ['subject'] },
      {},
      /"send" to tasks has no key column/,
    ],
  ])('%s', async (_, more, settings, words) => {
    const { examiner } = await meet(settings);
    expect(await trouble(examiner, need(more))).toEqual([expect.stringMatching(words)]);
  });

  test.each([
    [{ type: true }, /is a dynamic one/],
    [{ lockstatus: true }, /is locked/],
    [{ createdfromcode: 4 }, /does not take contacts/],
  ])('a list with %j', async (fields, words) => {
    const { demo, examiner } = await meet();
    const list = demo.addList(fields);
    expect(await trouble(examiner, need({ lists: [list] }))).toEqual([expect.stringMatching(words)]);
  });

  test('a privilege that is missing is named', async () => {
    const { demo, examiner } = await meet();
    demo.misbehave({ kind: 'lack', privilege: 'prvWritecontact' });
    expect(await trouble(examiner, need())).toEqual(['error: the application user lacks prvWritecontact']);
  });

  test('everything that is not well says what to do', async () => {
    const { examiner } = await meet();
    const findings = await examiner.examine([need({ keys: ['a'], fields: ['b'], lists: ['c'] })], never());
    const open = findings.filter(({ level }) => level !== 'well');
    expect(open.length).toBeGreaterThan(2);
    for (const { advice } of open) expect(advice).toMatch(/\w/);
  });
});

describe('when nobody can tell', () => {
  test('refused credentials, nobody there, a missing secret: one finding, and no secret in it', async () => {
    const { demo, examiner } = await meet();
    demo.misbehave({ kind: 'locked-out' });
    expect(await told(examiner, need())).toEqual([
      expect.stringMatching(/^error: "crm" cannot be asked: .*AADSTS/),
    ]);
    const url = await closedPort();
    expect(await told(examinerOf(config({ url, authority: url })), need())).toEqual([
      expect.stringMatching(/cannot be reached/),
    ]);
    expect(await told(examinerOf(config(), secretsOf({})), need())).toEqual([
      expect.stringMatching(/There is no secret "dynamics"/),
    ]);
  });

  test('the fields of a table that is not there', async () => {
    const { examiner } = await meet();
    expect(await examiner.fields?.('contactz', never())).toMatchObject({
      ok: false,
      fault: { code: 'remote.rejected' },
    });
  });
});
