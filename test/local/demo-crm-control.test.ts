import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { DemoCrm } from '../../local/demo-crm/server.js';
import { type Answer, ada, CONTACTS, call, logIn, start, tokenOf, upsert } from './demo-crm-client.js';

describe('control and log', () => {
  const post = (crm: DemoCrm, body: unknown, type = 'application/json'): Promise<Answer> =>
    call(`${crm.url}/_control`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': type },
    });

  test('misbehaviour over HTTP, also while down', async () => {
    const crm = await start();
    expect(await post(crm, { misbehave: { kind: 'down' } })).toMatchObject({
      status: 200,
      body: { misbehaviours: [{ kind: 'down' }] },
    });
    expect((await logIn(crm)).status).toBe(503);
    expect(await post(crm, { behave: true, latencyMs: 5 })).toMatchObject({
      body: { latencyMs: 5, misbehaviours: [] },
    });
    expect((await logIn(crm)).status).toBe(200);
  });

  test('what it does not understand, or what a web page could send unasked, is refused', async () => {
    const crm = await start();
    expect(await post(crm, { misbehave: { kind: 'sulk' } })).toMatchObject({ status: 400 });
    expect(await post(crm, { misbehave: { kind: 'down' } }, 'text/plain')).toMatchObject({ status: 415 });
    expect((await logIn(crm)).status).toBe(200);
  });

  test('a page of another site that made its name lead here can neither look nor change anything', async () => {
    const crm = await start();
    const { port } = new URL(crm.url);
    const asked = async (host: string, method: 'GET' | 'POST', type = 'application/json') => {
      // Unlike fetch, this may say any name.
      const sent = request({
        host: '127.0.0.1',
        port,
        path: '/_control',
        method,
        headers: { host, 'content-type': type },
      });
      sent.end(method === 'GET' ? '' : JSON.stringify({ misbehave: { kind: 'down' } }));
      const [answer]: IncomingMessage[] = await once(sent, 'response');
      answer?.resume();
      return answer?.statusCode;
    };
    for (const host of [`evil.example.com:${port}`, '127.0.0.1.example.com', `localhost.example.com:${port}`])
      for (const method of ['GET', 'POST'] as const) expect(await asked(host, method), host).toBe(421);
    expect(await asked(`127.0.0.1:${port}`, 'POST', 'application/json-x')).toBe(415);
    expect((await logIn(crm)).status).toBe(200);
    expect(await asked(`localhost:${port}`, 'GET')).toBe(200);
  });

  test('the log counts paths, rows, requests at a time and work done twice', async () => {
    const crm = await start({ latencyMs: 50 });
    const token = await tokenOf(crm);
    await Promise.all(['p1', 'p2', 'p3'].map((key) => upsert(crm, [{ ...ada, AEP_Id__c: key }], { token })));
    await upsert(crm, [ada, { ...ada, AEP_Id__c: 'p2', Tier__c: 'gold' }], { token });
    const { body } = await call(`${crm.url}/_control`, {});
    expect(body).toMatchObject({
      log: {
        paths: { 'POST /services/oauth2/token': 1, [`PATCH ${CONTACTS}`]: 4 },
        calls: 4,
        rows: 5,
        accepted: 5,
        rejected: 0,
        concurrentPeak: 3,
        duplicateKeys: 0,
        repeatedWrites: 1,
      },
    });
  });
});
