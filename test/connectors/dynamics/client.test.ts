import { DynamicsWebApi } from 'dynamics-web-api';
import { afterEach, describe, expect, test } from 'vitest';
import type { Action, Outcome } from '../../../shared/core/remote.js';
import { play, type Said } from '../../contracts/connector-subject.js';
import { never } from '../fakes.js';
import { type FaultServer, type Received, startFaultServer } from '../fault-server.js';
import { batchSaid, found, partsAsked, problem, refusedPart, written } from './batches.js';
import { contact, GRANT, openDynamics, TENANT, TOKEN } from './environment.js';

const servers: FaultServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const LIST = '99999999-aaaa-4bbb-8ccc-dddddddddddd';
const ID = 'aaaaaaaa-bbbb-4ccc-8ddd-000000000001';
const MEMBERSHIP = 'eeeeeeee-bbbb-4ccc-8ddd-000000000001';
/** Theirs wants keys encoded already: it would put the blank into the request line as it is. */
const KEY = `aep_profileid='${encodeURIComponent("O''Brien é")}'`;
const FIELDS = { firstname: 'Ada', lastname: 'Čapek', 'parentcustomerid_account@odata.bind': '/accounts(x)' };
const NO_CONTENT: Said = { status: 204, headers: { 'odata-version': '4.0' }, body: '' };

/** A server that records what it is asked and plays the same answers to whoever asks. */
async function recording(answers: readonly Said[]): Promise<FaultServer> {
  let calls = 0;
  const server = await startFaultServer(({ path }) => {
    if (path === `/${TENANT}/oauth2/v2.0/token`)
      return play({
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(GRANT),
      });
    const answer = answers[Math.min(calls++, answers.length - 1)];
    if (answer === undefined) throw new Error('nothing is played');
    return play(answer);
  });
  servers.push(server);
  return server;
}

const mediaType = (text = ''): string => text.split(';', 1)[0]?.trim() ?? '';

/** What matters of a request: the same thing said in other words is the same. */
function seen({ method, path, headers, body }: Received) {
  const type = headers['content-type'] ?? '';
  const boundary = /boundary=(.+)$/.exec(type)?.[1];
  const parts = partsAsked(body, boundary).map((part) => ({
    method: part.method,
    path: part.path.replace(/^http:\/\/[^/]+/, ''),
    ifMatch: part.headers['if-match'],
    type: part.body === undefined ? undefined : mediaType(part.headers['content-type']),
    body: part.body,
  }));
  return {
    method,
    path: decodeURIComponent(path),
    authorization: headers['authorization'],
    accept: headers['accept'],
    version: [headers['odata-version'], headers['odata-maxversion']],
    prefer: headers['prefer'],
    type: mediaType(type),
    said: boundary === undefined ? JSON.parse(body) : parts,
  };
}

const aboutRows = ({ requests }: FaultServer) =>
  requests.filter(({ path }) => path.startsWith('/api/')).map(seen);

const clientAt = ({ url }: FaultServer): DynamicsWebApi =>
  new DynamicsWebApi({
    serverUrl: url,
    dataApi: { version: '9.2' },
    onTokenRefresh: () => Promise.resolve(TOKEN),
  });

/** What both sent, given the same answers, and what each made of them. */
async function compare(
  actions: readonly Action[],
  answers: readonly Said[],
  theirs: (client: DynamicsWebApi) => Promise<unknown>,
  more: Readonly<Record<string, unknown>> = {},
) {
  const [ours, other] = [await recording(answers), await recording(answers)];
  const connector = openDynamics({ url: ours.url, authority: ours.url, ...more });
  const outcomes: readonly Outcome[] = await connector.send(actions, never());
  const result = await theirs(clientAt(other)).catch((error: unknown) => error);
  return { ours: aboutRows(ours), theirs: aboutRows(other), outcomes, result };
}

/** Collects requests into one batch outside any change set that goes on after errors. */
async function inBatch(client: DynamicsWebApi, fill: () => void): Promise<unknown> {
  client.startBatch();
  fill();
  return client.executeBatch({ continueOnError: true, inChangeSet: false });
}

describe('dynamics-web-api says the same', () => {
  test.each<[string, Partial<Action>, (client: DynamicsWebApi) => void]>([
    [
      'upsert',
      {},
      (client) => void client.upsert({ collection: 'contacts', key: KEY, data: FIELDS, inChangeSet: false }),
    ],
    [
      'update',
      { operation: 'update' },
      (client) =>
        void client.upsert({
          collection: 'contacts',
          key: KEY,
          data: FIELDS,
          ifmatch: '*',
          inChangeSet: false,
        }),
    ],
    [
      'delete',
      { operation: 'delete', fields: {} },
      (client) => void client.deleteRecord({ collection: 'contacts', key: KEY, inChangeSet: false }),
    ],
  ])('%s', async (_, more, fill) => {
    const action = contact("O'Brien é", { fields: FIELDS, ...more });
    const { ours, theirs } = await compare([action], [batchSaid([written(ID)])], (client) =>
      inBatch(client, () => fill(client)),
    );
    expect(ours).toEqual(theirs);
    expect(ours).toHaveLength(1);
  });

  test('UpsertMultiple', async () => {
    const { ours, theirs } = await compare(
      [contact('p1'), contact('p2')],
      [NO_CONTENT],
      (client) =>
        client.callAction({
          collection: 'contacts',
          actionName: 'Microsoft.Dynamics.CRM.UpsertMultiple',
          action: {
            Targets: ['p1', 'p2'].map((key) => ({
              '@odata.type': 'Microsoft.Dynamics.CRM.contact',
              '@odata.id': `contacts(aep_profileid='${key}')`,
              lastname: 'Lovelace',
            })),
          },
        }),
      { upsertMultiple: { contacts: 'contact' } },
    );
    expect(ours).toEqual(theirs);
  });

  test('a task', async () => {
    const task = contact('', { operation: 'send', object: 'tasks', key: {}, fields: { subject: 'Call' } });
    const { ours, theirs } = await compare([task], [NO_CONTENT], (client) =>
      client.create({ collection: 'tasks', data: { subject: 'Call' } }),
    );
    expect(ours).toEqual(theirs);
  });

  test('joining a list', async () => {
    const add = contact('p1', { operation: 'add', list: LIST, fields: {} });
    const { ours, theirs } = await compare(
      [add],
      [batchSaid([found({ contactid: ID })]), NO_CONTENT],
      async (client) => {
        await inBatch(client, () => {
          void client.retrieve({ collection: 'contacts', key: "aep_profileid='p1'", select: ['contactid'] });
        });
        await client.callAction({
          actionName: 'AddListMembersList',
          action: {
            List: { '@odata.type': 'Microsoft.Dynamics.CRM.list', listid: LIST },
            Members: [{ '@odata.type': 'Microsoft.Dynamics.CRM.contact', contactid: ID }],
          },
        });
      },
    );
    expect(ours).toEqual(theirs);
  });

  test('leaving a list', async () => {
    const remove = contact('', {
      key: { contactid: ID },
      operation: 'remove',
      list: LIST,
      fields: {},
    });
    const listed = batchSaid([found({ value: [{ listmemberid: MEMBERSHIP }] })]);
    const answers = [listed, batchSaid([{ status: 204 }]), batchSaid([found({ value: [] })])];
    const { ours, theirs } = await compare(
      [remove],
      answers,
      async (client) => {
        const read = () =>
          inBatch(client, () => {
            void client.retrieveMultiple({
              collection: 'listmembers',
              select: ['listmemberid'],
              filter: `_listid_value eq ${LIST} and _entityid_value eq ${ID}`,
            });
          });
        await read();
        await inBatch(client, () => {
          void client.deleteRecord({ collection: 'listmembers', key: MEMBERSHIP, inChangeSet: false });
        });
        await read();
      },
      { bareKeys: ['contactid'] },
    );
    expect(ours).toEqual(theirs);
  });
});

describe('dynamics-web-api hears the same', () => {
  const mixed = batchSaid([written(ID), refusedPart(400, '0x80044331', 'too long')]);
  const both = (client: DynamicsWebApi) =>
    inBatch(client, () => {
      for (const key of ['p1', 'p2'])
        void client.upsert({
          collection: 'contacts',
          key: `aep_profileid='${key}'`,
          data: { lastname: 'Lovelace' },
          inChangeSet: false,
        });
    });

  test('a batch with an error in it', async () => {
    const { outcomes, result } = await compare([contact('p1'), contact('p2')], [mixed], both);
    expect(outcomes).toEqual([
      { kind: 'accepted', id: ID },
      { kind: 'rejected', code: '0x80044331', text: 'too long' },
    ]);
    expect(JSON.stringify(result)).toContain('0x80044331');
  });

  test('a request that is refused', async () => {
    const said: Said = {
      status: 429,
      headers: { 'content-type': 'application/json', 'retry-after': '7' },
      body: JSON.stringify(problem('0x80072322', 'Number of requests exceeded')),
    };
    const { outcomes, result } = await compare([contact('p1')], [said], both);
    expect(outcomes).toMatchObject([{ kind: 'retry', scope: 'connection', afterMs: 7000 }]);
    expect(JSON.stringify(result)).toMatch(/0x80072322|429/);
  });
});
