import { describe, expect, test } from 'vitest';
import type { Action } from '../../../shared/core/remote.js';
import { action, CAMPAIGN, failed, json, ok, page, soql, stepwise } from './steps-org.js';

describe('campaigns', () => {
  const add = (key: string, fields: Action['fields'] = {}): Action =>
    action('add', key, { list: CAMPAIGN, fields });
  const remove = (key: string): Action => action('remove', key, { list: CAMPAIGN });
  const member = (key: string, id: string) => ({ Id: id, Contact: { attributes: {}, AEP_Id__c: key } });
  const QUERY = `SELECT Id, Contact.AEP_Id__c FROM CampaignMember WHERE CampaignId = '${CAMPAIGN}' AND Contact.AEP_Id__c IN`;

  test('who is no member joins, who is gets the status: a query and two writes', async () => {
    const { send, sent, body } = stepwise([
      page([member('p2', '00v000000000002AAA'), member('p3', '00v000000000003AAA')]),
      json([ok('00v000000000001AAA')]),
      json([ok('00v000000000002AAA')]),
    ]);
    const Status = 'Hot';
    const outcomes = await send([add('p1', { Status }), add('p2', { Status }), add('p3')]);
    expect(outcomes).toMatchObject([{ kind: 'accepted' }, { kind: 'accepted' }, { kind: 'accepted' }]);
    expect(sent()).toEqual(['POST /composite', 'POST /composite/sobjects', 'PATCH /composite/sobjects']);
    expect(soql(body(0))).toEqual([`${QUERY} ('p1','p2','p3')`]);
    expect(body(1).records).toEqual([
      { attributes: { type: 'CampaignMember' }, CampaignId: CAMPAIGN, Contact: { AEP_Id__c: 'p1' }, Status },
    ]);
    expect(body(2).records).toEqual([
      { attributes: { type: 'CampaignMember' }, id: '00v000000000002AAA', Status },
    ]);
  });

  test('joined meanwhile: done, unless there is a status to be written', async () => {
    const twice = failed('DUPLICATE_VALUE', 'Already a campaign member.');
    const { send } = stepwise([page([]), json([twice, twice])]);
    expect(await send([add('p1'), add('p2', { Status: 'Hot' })])).toMatchObject([
      { kind: 'accepted', created: false },
      { kind: 'retry', scope: 'row', fault: { code: 'remote.row-busy' } },
    ]);
  });

  test('with a key of members: one upsert, and a look only at those whose status it would not write', async () => {
    const fixed = failed(
      'INVALID_FIELD_FOR_INSERT_UPDATE',
      'Unable to create/update fields: CampaignId, ContactId.',
    );
    const { send, sent, body } = stepwise(
      [
        json([ok('00v000000000001AAA'), fixed, fixed]),
        page([member('p3', '00v000000000003AAA')]),
        json([ok('00v000000000003AAA')]),
      ],
      { campaignMember: { key: 'AEP_Member_Key__c' } },
    );
    const outcomes = await send([add('p1'), add('p2'), add('p3', { Status: 'Hot' })]);
    expect(outcomes).toMatchObject([
      { kind: 'accepted' },
      { kind: 'accepted', created: false },
      { kind: 'accepted' },
    ]);
    expect(sent()).toEqual([
      'PATCH /composite/sobjects/CampaignMember/AEP_Member_Key__c',
      'POST /composite',
      'PATCH /composite/sobjects',
    ]);
    expect(body(0).records[0]).toEqual({
      attributes: { type: 'CampaignMember' },
      CampaignId: CAMPAIGN,
      Contact: { AEP_Id__c: 'p1' },
      AEP_Member_Key__c: `${CAMPAIGN}|p1`,
    });
  });

  test('a lead by its record id', async () => {
    const lead = action('add', '', { object: 'Lead', key: { Id: '00Q000000000001AAA' }, list: CAMPAIGN });
    const { send, body } = stepwise([page([]), json([ok('00v000000000001AAA')])]);
    await send([lead]);
    expect(soql(body(0))[0]).toBe(
      `SELECT Id, LeadId FROM CampaignMember WHERE CampaignId = '${CAMPAIGN}' AND LeadId IN ('00Q000000000001AAA')`,
    );
    expect(body(1).records[0]).toMatchObject({ LeadId: '00Q000000000001AAA' });
  });

  test('removed: members by query, then one delete; who is none is absent', async () => {
    const { send, sent, body } = stepwise([
      page([member('p1', '00v000000000001AAA')]),
      json([ok('00v000000000001AAA')]),
    ]);
    expect(await send([remove('p1'), remove('p2')])).toMatchObject([
      { kind: 'accepted' },
      { kind: 'absent' },
    ]);
    expect(soql(body(0))).toEqual([`${QUERY} ('p1','p2')`]);
    expect(sent()[1]).toBe('DELETE /composite/sobjects?ids=00v000000000001AAA&allOrNone=false');
  });

  test('when the org goes away between the two writes, the second is not made', async () => {
    const { send, sent } = stepwise([
      page([member('p2', '00v000000000002AAA')]),
      () => new Response('', { status: 503 }),
    ]);
    const outcomes = await send([add('p1', { Status: 'Hot' }), add('p2', { Status: 'Hot' })]);
    expect(outcomes).toMatchObject([
      { kind: 'retry', scope: 'connection' },
      { kind: 'retry', scope: 'connection', unsent: true },
    ]);
    expect(sent()).toHaveLength(2);
  });

  test.each<[Partial<Action>, string]>([
    [{ list: "701' OR Id != '" }, 'list.malformed'],
    [{ list: 'newsletter' }, 'list.malformed'],
    [{ object: 'Account' }, 'list.object'],
  ])('%j is refused before anything is sent', async (rest, code) => {
    const { send, sent } = stepwise([]);
    for (const one of [add('p1'), remove('p1')])
      expect(await send([{ ...one, ...rest }])).toMatchObject([{ kind: 'rejected', code }]);
    expect(sent()).toEqual([]);
  });
});
