import jsforce from '@jsforce/jsforce-node';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import type { Action, Outcome } from '../../../shared/core/remote.js';
import type { Said } from '../../contracts/connector-subject.js';
import { never, secretsOf } from '../fakes.js';
import { CLIENT, contact, open, SECRETS, salesforceAt, TOKEN } from '../subjects.js';
import { csv, doing, done, found, refusal, said, sending, sleepingClock } from './answer-actions.js';
import { type Received, type Recorder, recording } from './recorder.js';

const clientAt = ({ url }: Recorder) =>
  new jsforce.Connection({ instanceUrl: url, accessToken: TOKEN, version: '66.0', maxRequest: 1 });

/** Requests about data, as they mean: paths decoded, JSON parsed. */
const seen = ({ requests }: Recorder) =>
  requests
    .filter(({ path }) => !path.startsWith('/services/oauth2'))
    .map(({ method, path, headers, body }: Received) => ({
      method,
      path: decodeURIComponent(path),
      authorization: headers['authorization'],
      type: headers['content-type']?.split(';')[0],
      body: headers['content-type']?.startsWith('application/json') ? JSON.parse(body) : body,
    }));

async function ours(answers: readonly Said[], actions: readonly Action[], config: object = {}) {
  const server = await recording(...answers);
  const deps = { secrets: secretsOf(SECRETS), clock: sleepingClock() };
  const outcomes = await open({ ...salesforceAt(server.url), ...config }, deps).send(actions, never());
  return { outcomes, seen: seen(server), server };
}

async function theirs<T>(answers: readonly Said[], act: (client: ReturnType<typeof clientAt>) => Promise<T>) {
  const server = await recording(...answers);
  const result = await act(clientAt(server)).then(
    (value) => value,
    (error: unknown) => error,
  );
  return { result, seen: seen(server) };
}

/** What our outcome and their result have in common. */
const verdict = (outcome: Outcome | undefined) => outcome?.kind === 'accepted';

const A = { LastName: 'Lovelace', Email: null };
const BOTH = [said(200, [done(true), refusal('STRING_TOO_LONG')])];

describe('the same operation by jsforce', () => {
  test('upsert of a collection', async () => {
    const mine = await ours(BOTH, [contact('a@b.co/x y', A), contact('p2', { LastName: 'B' })]);
    const other = await theirs(BOTH, (client) =>
      client.sobject('Contact').upsert(
        [
          { AEP_Id__c: 'a@b.co/x y', ...A },
          { AEP_Id__c: 'p2', LastName: 'B' },
        ],
        'AEP_Id__c',
        { allOrNone: false },
      ),
    );
    expect(mine.seen).toEqual(other.seen);
    expect(mine.outcomes.map(verdict)).toEqual([true, false]);
    expect(other.result).toMatchObject([{ success: true }, { success: false }]);
  });

  test('update of a collection, by ids', async () => {
    const byId = (id: string) => doing('update', '', { key: { Id: id }, fields: A });
    const ids = ['003000000000001AAA', '003000000000002AAA'];
    const mine = await ours(BOTH, ids.map(byId));
    const other = await theirs(BOTH, (client) =>
      client.sobject('Contact').update(
        ids.map((Id) => ({ Id, ...A })),
        { allOrNone: false },
      ),
    );
    expect(mine.seen).toEqual(other.seen);
    expect(other.result).toMatchObject([{ success: true }, { success: false }]);
    expect(mine.outcomes.map(verdict)).toEqual([true, false]);
  });

  test('making a collection', async () => {
    const mine = await ours(BOTH, [sending('Task'), sending('Task')]);
    const other = await theirs(BOTH, (client) =>
      client.sobject('Task').create([{ Subject: 'Call' }, { Subject: 'Call' }], { allOrNone: false }),
    );
    expect(mine.seen).toEqual(other.seen);
  });

  test('deleting a collection: jsforce leaves allOrNone=false to the default', async () => {
    const ids = ['003000000000001AAA', '003000000000002AAA'];
    const mine = await ours(
      BOTH,
      ids.map((id) => doing('delete', '', { key: { Id: id } })),
    );
    const other = await theirs(BOTH, (client) =>
      client.sobject('Contact').destroy(ids, { allOrNone: false }),
    );
    const plain = mine.seen.map((request) => ({
      ...request,
      path: request.path.replace('&allOrNone=false', ''),
    }));
    expect(plain).toEqual(other.seen);
  });

  test('the query for ids, quotes and all', async () => {
    // jsforce 3.10 leaves backslashes and line ends as they are, so these cannot be compared.
    const keys = ["O'Hara", "') OR Name LIKE ('%", 'p3'];
    const mine = await ours(
      [found()],
      keys.map((key) => doing('update', key)),
    );
    const [{ body } = { body: {} }] = mine.seen;
    const asked = decodeURIComponent(body.compositeRequest[0].url).replace(/^.*\?q=/s, '');
    const client = new jsforce.Connection({ instanceUrl: 'http://127.0.0.1:9', accessToken: 'x' });
    const other = await client
      .sobject('Contact')
      .find({ AEP_Id__c: { $in: keys } }, ['Id', 'AEP_Id__c'])
      .toSOQL();
    expect(asked.replaceAll(', ', ',')).toBe(other.replaceAll(', ', ','));
  });

  test('a bulk job', async () => {
    const id = '7500000000001AAAAA';
    const job = (state: string) =>
      said(200, { id, state, contentUrl: `services/data/v66.0/jobs/ingest/${id}/batches` });
    const many = Array.from({ length: 201 }, (_, i) => ({ AEP_Id__c: `p${i}`, LastName: `L, "${i}"` }));
    const lines = many.map(({ AEP_Id__c: key }) => `"003","true","${key}","L"\n`).join('');
    const answers = [
      job('Open'),
      { status: 201, headers: {}, body: '' },
      job('UploadComplete'),
      job('JobComplete'),
      csv(`"sf__Id","sf__Created","AEP_Id__c","LastName"\n${lines}`),
      csv('"sf__Id","sf__Error","AEP_Id__c","LastName"\n'),
      csv('"AEP_Id__c","LastName"\n'),
    ];
    const mine = await ours(
      answers,
      many.map(({ AEP_Id__c: key, LastName }) => contact(key, { LastName })),
      { bulk: { from: 201 } },
    );
    const other = await theirs(answers, (client) =>
      client.bulk2.loadAndWaitForResults({
        object: 'Contact',
        operation: 'upsert',
        externalIdFieldName: 'AEP_Id__c',
        input: many,
        lineEnding: 'LF',
        pollInterval: 1,
        pollTimeout: 5000,
      }),
    );
    const steps = (requests: typeof mine.seen) =>
      requests.map(({ method, path }) => `${method} ${path.replace(/\/$/, '')}`);
    expect(steps(mine.seen)).toEqual(steps(other.seen));
    expect(mine.seen[0]?.body).toMatchObject(other.seen[0]?.body);
    // jsforce adds an empty column for the id of each record, which says nothing.
    const rows = (text: string): readonly object[] => {
      const lines: Record<string, string>[] = parse(text, { columns: true });
      return lines.map(({ Id: _, ...row }) => row);
    };
    expect(rows(mine.seen[1]?.body)).toEqual(rows(other.seen[1]?.body));
    expect(mine.seen[2]?.body).toEqual(other.seen[2]?.body);
    expect(other.result).toMatchObject({ failedResults: [], unprocessedRecords: [] });
    expect(mine.outcomes.every(verdict)).toBe(true);
  });

  test('logging in by client credentials', async () => {
    const mine = await ours(BOTH, [contact('p1')]);
    const server = await recording(...BOTH);
    const client = new jsforce.Connection({
      oauth2: { clientId: CLIENT.clientId, clientSecret: CLIENT.clientSecret, loginUrl: server.url },
    });
    await client.authorize({ grant_type: 'client_credentials' }).catch(() => undefined);
    const form = ({ requests }: Recorder) => [
      requests[0]?.path,
      Object.fromEntries(new URLSearchParams(requests[0]?.body)),
    ];
    expect(form(mine.server)).toEqual(form(server));
  });
});
