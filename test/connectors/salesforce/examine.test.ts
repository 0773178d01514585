import { afterEach, describe, expect, test } from 'vitest';
import { type DemoCrm, startDemoCrm } from '../../../local/demo-crm/server.js';
import { openExaminer } from '../../../shared/connectors/open-connector.js';
import { ConnectionConfig } from '../../../shared/connectors/registry.js';
import type { Examiner, Need } from '../../../shared/core/remote.js';
import { fakeFetch, jsonResponse, never, secretsOf, stillClock } from '../fakes.js';
import { SECRETS, salesforceAt } from '../subjects.js';
import { GRANT, HOST } from './org.js';

const running: DemoCrm[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((crm) => crm.close()));
});

const need = (more: Partial<Need> = {}): Need => ({
  object: 'Contact',
  operations: ['upsert'],
  keys: ['AEP_Id__c'],
  fields: ['LastName'],
  lists: [],
  ...more,
});

function examinerOf(config: object, secret: string, fetch?: typeof globalThis.fetch): Examiner {
  const secrets = secretsOf({ salesforce: secret });
  const parsed = ConnectionConfig.parse(config);
  const examiner = openExaminer('crm', parsed, { secrets, clock: stillClock(), ...(fetch && { fetch }) });
  if (examiner === undefined) throw new Error('there is no examiner');
  return examiner;
}

async function meet(config: object = {}, dailyLimit = 1000) {
  const crm = await startDemoCrm({ dailyLimit });
  running.push(crm);
  const { clientId, clientSecret } = crm;
  const examiner = examinerOf(
    { ...salesforceAt(crm.url), ...config },
    JSON.stringify({ clientId, clientSecret }),
  );
  const look = async (...needs: readonly Need[]) =>
    (await examiner.examine(needs, never())).map(({ level, what }) => `${level}: ${what}`);
  return { crm, examiner, look };
}

describe('an org on this machine', () => {
  test('everything is there', async () => {
    const config = { campaignMember: { key: 'AEP_Member_Key__c' }, idempotencyKeys: { Task: 'AEP_Once__c' } };
    const { crm, look } = await meet(config);
    const list = crm.insert('Campaign', { Name: 'Autumn' });
    const contact = need({
      operations: ['upsert', 'add', 'remove', 'delete'],
      fields: ['LastName', 'Status'],
      lists: [list],
    });
    const task = need({ object: 'Task', operations: ['send'], keys: [], fields: ['Subject'] });
    const findings = await look(contact, task);
    expect(findings.filter((finding) => !finding.startsWith('well'))).toEqual([]);
    expect(findings).toEqual(
      expect.arrayContaining([
        'well: logged in, API v66.0',
        'well: Contact.AEP_Id__c is a unique external id',
        'well: CampaignMember: our user may create records',
        'well: CampaignMember.AEP_Member_Key__c is a unique external id',
        'well: Task.AEP_Once__c is a unique external id',
        `well: campaign ${list} is there`,
      ]),
    );
    expect(crm.log().rows).toBe(0);
  });

  test('what is not there is named', async () => {
    const { look } = await meet();
    const findings = await look(
      need({ keys: ['Email'], fields: ['Shoe_Size__c'] }),
      need({ object: 'Kontakt' }),
      need({ keys: ['Id'] }),
      need({ operations: ['add'], lists: ['701000000000009AAA', 'newsletter'] }),
      need({ object: 'Task', operations: ['send'], keys: [], fields: [] }),
    );
    const bad = findings.filter((finding) => !finding.startsWith('well'));
    expect(bad).toEqual([
      'error: Contact.Email is no external id',
      'error: Contact.Shoe_Size__c is not there, or our user may not see it',
      expect.stringMatching(/^error: Kontakt cannot be read: NOT_FOUND/),
      'error: Contact.Id: an upsert needs an external id field',
      'warning: Task: what is sent without an answer is not sent again, because it could be made twice',
      'error: "newsletter" is no id of a campaign',
      'error: campaign 701000000000009AAA: there is none, or our user may not see it',
    ]);
  });

  test('a day that is nearly used up', async () => {
    const { crm, look } = await meet({ reserve: 0.1 }, 10);
    for (let i = 0; i < 7; i++) await look();
    expect(await look()).toContain('warning: 8 of 10 API requests of the last 24 hours are used');
    expect(await look()).toContain('error: 9 of 10 API requests of the last 24 hours are used');
    expect(crm.log().calls).toBe(9);
  });

  test('fields, for the check of the rules', async () => {
    const { examiner } = await meet();
    const found = await examiner.fields?.('Contact', never());
    expect(found?.ok && found.value).toMatchObject({
      AEP_Id__c: { type: 'text', length: 255, key: true },
      LastName: { type: 'text', length: 80, required: true },
      Hot_Prospect__c: { type: 'boolean' },
      Loyalty_Points__c: { type: 'number' },
      Entered_At__c: { type: 'datetime' },
      Id: { readonly: true, key: true },
    });
    expect(await examiner.fields?.('Nope', never())).toMatchObject({
      ok: false,
      fault: { code: 'remote.rejected' },
    });
  });

  test('who cannot log in is told so, and nothing else is asked', async () => {
    const crm = await startDemoCrm();
    running.push(crm);
    const secret = JSON.stringify({ clientId: crm.clientId, clientSecret: 'wr0ng' });
    const findings = await examinerOf(salesforceAt(crm.url), secret).examine([need()], never());
    expect(findings).toMatchObject([{ level: 'error', what: expect.stringContaining('invalid_client') }]);
    expect(JSON.stringify(findings)).not.toContain('wr0ng');
    expect(crm.log().calls).toBe(0);
  });
});

describe('an org that gives few rights', () => {
  const field = (name: string, more: object) => ({
    name,
    type: 'string',
    createable: true,
    updateable: true,
    ...more,
  });
  const look = async (...needs: readonly Need[]) => {
    const described = {
      createable: false,
      updateable: true,
      deletable: false,
      fields: [
        field('Number__c', { type: 'double', externalId: true, unique: true }),
        field('Twice__c', { externalId: true }),
        field('Formula__c', { createable: false, updateable: false }),
      ],
    };
    const { fetch } = fakeFetch(({ url }) => {
      if (url.endsWith('/token')) return jsonResponse(200, GRANT);
      if (url.endsWith('/limits'))
        return jsonResponse(403, [{ errorCode: 'INSUFFICIENT_ACCESS', message: 'no' }], {
          'sforce-limit-info': 'api-usage=1/100',
        });
      return jsonResponse(200, described);
    });
    const findings = await examinerOf(salesforceAt(HOST), SECRETS.salesforce, fetch).examine(needs, never());
    return findings.map(({ level, what }) => `${level}: ${what}`);
  };

  test('rights, keys and fields', async () => {
    const findings = await look(
      need({ keys: ['Twice__c'], fields: ['Formula__c'] }),
      need({ operations: ['update', 'delete'], keys: ['Number__c'], fields: [] }),
    );
    expect(findings).toEqual([
      'well: logged in, API v66.0',
      'well: 1 of 100 API requests of the last 24 hours are used',
      'error: Contact: our user may not create records',
      'well: Contact: our user may edit records',
      'warning: Contact.Twice__c is not unique: a key that two records have is refused',
      'error: Contact.Formula__c cannot be written',
      'well: Contact: our user may edit records',
      'error: Contact: our user may not delete records',
      'error: Contact.Number__c is not of type Text',
    ]);
  });
});
