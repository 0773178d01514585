import { Client } from '@hubspot/api-client';
import { afterEach, describe, expect, test } from 'vitest';
import type { Action } from '../../../shared/core/remote.js';
import { play, type Said } from '../../contracts/connector-subject.js';
import { never } from '../fakes.js';
import { type FaultServer, type Received, startFaultServer } from '../fault-server.js';
import {
  APP,
  APP_AUTH,
  batch,
  change,
  contact,
  done,
  hubspotAt,
  member,
  notFound,
  openHubspot,
  problem,
  record,
  refusedRow,
  SERVICE_KEY,
  said,
} from './account.js';

const servers: FaultServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** A server that records what it is asked and plays the same answers to whoever asks. */
async function recording(...answers: readonly Said[]): Promise<FaultServer> {
  const server = await startFaultServer((_, index) => {
    const answer = answers[Math.min(index, answers.length - 1)];
    if (answer === undefined) throw new Error('nothing is played');
    return play(answer);
  });
  servers.push(server);
  return server;
}

const clientAt = ({ url }: FaultServer): Client =>
  new Client({ accessToken: SERVICE_KEY, basePath: url, numberOfApiCallRetries: 0 });

/** HubSpot's client speaks v3 only; the dated versions have the same bodies under other paths. */
const dated = (path: string): string =>
  path
    .replace(/\?archived=false$/, '')
    .replace(/^\/crm\/v3\/objects\/(\w+)/, '/crm/objects/2026-09/$1')
    .replace(/^\/crm\/v3\/lists/, '/crm/lists/2026-09');

const seen = ({ method, path, headers, body }: Received) => ({
  method,
  path: dated(decodeURIComponent(path)),
  authorization: headers['authorization'],
  type: headers['content-type'],
  body: JSON.parse(body),
});

/** What both sent, given the same answers. */
async function compare(
  actions: readonly Action[],
  answers: readonly Said[],
  theirs: (client: Client) => Promise<unknown>,
) {
  const [forUs, forThem] = [await recording(...answers), await recording(...answers)];
  const outcomes = await openHubspot(hubspotAt(forUs.url)).send(actions, never());
  const said = await theirs(clientAt(forThem)).catch((error: unknown) => error);
  return { ours: forUs.requests.map(seen), theirs: forThem.requests.map(seen), outcomes, said };
}

const FOUND = said(200, batch([record('51', 'p1')]));

describe("the same requests as HubSpot's own client", () => {
  test('upsert', async () => {
    const { ours, theirs } = await compare(
      [contact('p1', 'upsert', { fields: { firstname: 'Ada', points: 5, phone: null } }), contact('p2')],
      [said(200, batch([done('0'), done('1')]))],
      (client) =>
        client.crm.contacts.batchApi.upsert({
          inputs: [
            {
              id: 'p1',
              idProperty: 'aep_id',
              objectWriteTraceId: '0',
              properties: { firstname: 'Ada', points: '5', phone: '' },
            },
            { id: 'p2', idProperty: 'aep_id', objectWriteTraceId: '1', properties: { firstname: 'Ada' } },
          ],
        }),
    );
    expect(ours).toEqual(theirs);
    expect(ours).toHaveLength(1);
  });

  test('update', async () => {
    const { ours, theirs } = await compare(
      [contact('p1', 'update')],
      [said(200, batch([done('0')]))],
      (client) =>
        client.crm.contacts.batchApi.update({
          inputs: [
            { id: 'p1', idProperty: 'aep_id', objectWriteTraceId: '0', properties: { firstname: 'Ada' } },
          ],
        }),
    );
    expect(ours).toEqual(theirs);
  });

  const read = (client: Client) =>
    client.crm.contacts.batchApi.read({
      idProperty: 'aep_id',
      properties: ['aep_id'],
      propertiesWithHistory: [],
      inputs: [{ id: 'p1' }],
    });

  test.each(['add', 'remove'] as const)('a list: %s', async (operation) => {
    const { ours, theirs } = await compare(
      [member('p1', operation)],
      [FOUND, said(200, change(['51'], ['51']))],
      async (client) => {
        await read(client);
        await client.crm.lists.membershipsApi[operation]('123', ['51']);
      },
    );
    expect(ours).toEqual(theirs);
    expect(ours).toHaveLength(2);
  });

  test('delete', async () => {
    const { ours, theirs } = await compare(
      [contact('p1', 'delete', {})],
      [FOUND, { status: 204, headers: {}, body: '' }],
      async (client) => {
        await read(client);
        await client.crm.contacts.batchApi.archive({ inputs: [{ id: '51' }] });
      },
    );
    expect(ours).toEqual(theirs);
  });

  test('a refreshed token', async () => {
    const grant = said(200, { access_token: 'a', refresh_token: APP.refreshToken, expires_in: 1800 });
    const [forUs, forThem] = [await recording(grant, said(200, batch([done('0')]))), await recording(grant)];
    await openHubspot(hubspotAt(forUs.url, APP_AUTH)).send([contact('p1')], never());
    const { clientId, clientSecret, refreshToken } = APP;
    await clientAt(forThem).oauth.tokensApi.create(
      'refresh_token',
      undefined,
      undefined,
      clientId,
      clientSecret,
      refreshToken,
    );
    const form = (request: Received | undefined) => ({
      method: request?.method,
      type: request?.headers['content-type']?.split(';')[0],
      body: Object.fromEntries(new URLSearchParams(request?.body)),
    });
    expect(form(forUs.requests[0])).toEqual(form(forThem.requests[0]));
    expect(forUs.requests[0]?.path).toBe('/oauth/2026-09/token');
  });
});

describe("the same understanding of answers as HubSpot's own client", () => {
  const upsert = (client: Client) =>
    client.crm.contacts.batchApi.upsert({
      inputs: ['p1', 'p2'].map((id, i) => ({
        id,
        idProperty: 'aep_id',
        objectWriteTraceId: String(i),
        properties: { firstname: 'Ada' },
      })),
    });
  const TWO = [contact('p1'), contact('p2')];

  /** The traces of results, and of errors, as the client reads them. */
  function tracesOf(answer: unknown) {
    // The client gives one of several types, without a mark that tells them apart.
    const { results = [], errors = [] } = Object(answer) as {
      results?: readonly { objectWriteTraceId: string; id: string; _new: boolean }[];
      errors?: readonly { context: { objectWriteTraceId: readonly string[] } }[];
    };
    return {
      done: results.map(({ objectWriteTraceId: at, id, _new: created }) => [Number(at), id, created]),
      refused: errors.flatMap(({ context }) => context.objectWriteTraceId.map(Number)),
    };
  }

  test.each([
    ['200, in another order', said(200, batch([done('1', { new: true }), done('0')]))],
    ['207', said(207, batch([done('1')], [refusedRow('0')]))],
  ])('%s', async (_, answer) => {
    const { outcomes, said: heard } = await compare(TWO, [answer], upsert);
    const { done: made, refused } = tracesOf(heard);
    expect(made.length + refused.length).toBe(2);
    const ours = outcomes.flatMap((outcome, i) =>
      outcome.kind === 'accepted' ? [[i, outcome.id, outcome.created]] : [],
    );
    expect(new Set(ours)).toEqual(new Set(made));
    expect(outcomes.flatMap(({ kind }, i) => (kind === 'rejected' ? [i] : []))).toEqual(refused);
  });

  test.each([400, 401, 403, 404, 409, 423, 429, 500, 502])('%d is no yes to either', async (status) => {
    const { outcomes, said: heard } = await compare(TWO, [said(status, problem('OTHER'))], upsert);
    expect(heard).toMatchObject({ code: status });
    expect(outcomes.map(({ kind }) => kind)).not.toContain('accepted');
  });

  test('who is absent', async () => {
    const missing = said(207, batch([], [notFound('p1')]));
    const { outcomes, said: heard } = await compare([member('p1')], [missing], (client) =>
      client.crm.contacts.batchApi.read({
        idProperty: 'aep_id',
        properties: ['aep_id'],
        propertiesWithHistory: [],
        inputs: [{ id: 'p1' }],
      }),
    );
    expect(heard).toMatchObject({ results: [], errors: [{ context: { ids: ['p1'] } }] });
    expect(outcomes).toEqual([{ kind: 'absent' }]);
  });
});
