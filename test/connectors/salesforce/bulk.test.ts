import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import type { Action } from '../../../shared/core/remote.js';
import { type Asked, fakeFetch, jsonResponse, never } from '../fakes.js';
import { contact, open, salesforceAt } from '../subjects.js';
import { sleepingClock } from './answer-actions.js';
import { GRANT, HOST } from './org.js';

const JOB = '7500000000001AAAAA';
const INGEST = '/services/data/v66.0/jobs/ingest';

interface Files {
  readonly successful?: string;
  readonly failed?: string;
  readonly unprocessed?: string;
}

/** A connection to an org with bulk jobs; `states` are what looking at the job gives, in turn. */
function org(files: Files, states: readonly string[] = ['JobComplete'], signal = never()) {
  const data: Asked[] = [];
  let looks = 0;
  const text = (body = '') => new Response(body, { headers: { 'content-type': 'text/csv' } });
  const answer = ({ method, url }: Asked): Response => {
    if (url.endsWith('/successfulResults')) return text(files.successful);
    if (url.endsWith('/failedResults')) return text(files.failed);
    if (url.endsWith('/unprocessedrecords')) return text(files.unprocessed);
    if (method === 'PUT') return new Response(null, { status: 201 });
    const state = method === 'GET' ? (states[Math.min(looks++, states.length - 1)] ?? '') : 'Open';
    return jsonResponse(200, { id: JOB, state });
  };
  const { fetch } = fakeFetch((asked) => {
    if (asked.url.endsWith('/services/oauth2/token')) return jsonResponse(200, GRANT);
    data.push(asked);
    return answer(asked);
  });
  const clock = sleepingClock();
  const connector = open({ ...salesforceAt(HOST), bulk: { from: 300 } }, { fetch, clock });
  const sent = () => data.map(({ method, url }) => `${method} ${new URL(url).pathname}`);
  return {
    connector,
    clock,
    data,
    sent,
    send: (actions: readonly Action[]) => connector.send(actions, signal),
  };
}

const many = (fields: (i: number) => Action['fields'] = () => ({ LastName: 'L' })): readonly Action[] =>
  Array.from({ length: 201 }, (_, i) => contact(`p${i}`, fields(i)));

test('says from how many on, and how many at most', () => {
  expect(org({}).connector).toMatchObject({
    maxRows: 200,
    bulk: { operations: ['upsert'], from: 300, maxRows: 10_000 },
  });
  expect(open(salesforceAt(HOST))).not.toHaveProperty('bulk');
});

test('a job is made, filled, closed, awaited and read, and each row gets what the files say of its key', async () => {
  const rest = Array.from({ length: 197 }, (_, i) => `"003","false","p${i + 4}","L"\n`).join('');
  const { send, sent, data, clock } = org(
    {
      successful: `"sf__Id","sf__Created","AEP_Id__c","LastName"\n"003x","true","p2","L"\n${rest}`,
      failed:
        '"sf__Id","sf__Error","AEP_Id__c","LastName"\n' +
        '"","STRING_TOO_LONG:Last Name: data value too large: ""x"" (max length=80):LastName --","p0","L"\n' +
        '"003y","UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record or 1 records: 003y:--","p1","L"\n',
      unprocessed: '"AEP_Id__c","LastName"\n"p3","L"\n',
    },
    ['UploadComplete', 'InProgress', 'JobComplete'],
  );
  const outcomes = await send(many());
  expect(outcomes.slice(0, 5)).toMatchObject([
    { kind: 'rejected', code: 'STRING_TOO_LONG', field: 'LastName' },
    { kind: 'retry', scope: 'row', fault: { code: 'remote.row-busy' } },
    { kind: 'accepted', id: '003x', created: true },
    { kind: 'retry', scope: 'row' },
    { kind: 'accepted', created: false },
  ]);
  expect(outcomes).toHaveLength(201);
  const look = `GET ${INGEST}/${JOB}`;
  expect(sent()).toEqual([
    `POST ${INGEST}`,
    `PUT ${INGEST}/${JOB}/batches`,
    `PATCH ${INGEST}/${JOB}`,
    look,
    look,
    look,
    `${look}/successfulResults`,
    `${look}/failedResults`,
    `${look}/unprocessedrecords`,
  ]);
  expect(JSON.parse(data[0]?.body ?? '')).toEqual({
    object: 'Contact',
    externalIdFieldName: 'AEP_Id__c',
    contentType: 'CSV',
    operation: 'upsert',
    lineEnding: 'LF',
  });
  expect(JSON.parse(data[2]?.body ?? '')).toEqual({ state: 'UploadComplete' });
  expect(clock.slept).toEqual([1000, 2000, 4000]);
});

test('what is uploaded: all columns, null clears, what a row does not name stays as it is', async () => {
  const { send, data } = org({});
  const odd = [
    { LastName: 'a "quoted", name\nof two lines', Email: null },
    { LastName: '', Hot__c: true, Points__c: 1.5 },
    { LastName: '#N/A' },
    { LastName: ['a'] },
  ];
  const outcomes = await send(many((i) => odd[i] ?? { LastName: 'L' }));
  expect(outcomes.slice(2, 4)).toMatchObject([
    { kind: 'rejected', code: 'bulk.value', field: 'LastName' },
    { kind: 'rejected', code: 'bulk.value' },
  ]);
  const rows: unknown[] = parse(data[1]?.body ?? '', { columns: true });
  expect(rows).toHaveLength(199);
  expect(rows.slice(0, 3)).toEqual([
    { AEP_Id__c: 'p0', LastName: 'a "quoted", name\nof two lines', Email: '#N/A', Hot__c: '', Points__c: '' },
    { AEP_Id__c: 'p1', LastName: '#N/A', Email: '', Hot__c: 'true', Points__c: '1.5' },
    { AEP_Id__c: 'p4', LastName: 'L', Email: '', Hot__c: '', Points__c: '' },
  ]);
});

test('a job that takes too long is given up, and its rows are unknown', async () => {
  const { send, sent, data, clock } = org({}, ['InProgress']);
  const outcomes = await send(many());
  expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['unknown']));
  expect(sent().at(-1)).toBe(`PATCH ${INGEST}/${JOB}`);
  expect(JSON.parse(data.at(-1)?.body ?? '')).toEqual({ state: 'Aborted' });
  expect(clock.slept.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(45_000);
});

test('a row that two files tell of was answered by neither', async () => {
  const { send } = org({
    successful: '"sf__Id","sf__Created","AEP_Id__c"\n"003","true","p0"\n',
    failed: '"sf__Id","sf__Error","AEP_Id__c"\n"","STRING_TOO_LONG:text:--","p0"\n',
  });
  expect((await send(many()))[0]).toMatchObject({ kind: 'unknown', fault: { code: 'remote.unanswered' } });
});

test('few of a kind, or what is left of many, go the usual way', async () => {
  const { send, sent } = org({});
  await send([contact('p1')]);
  expect(sent()).toEqual(['PATCH /services/data/v66.0/composite/sobjects/Contact/AEP_Id__c']);
});
