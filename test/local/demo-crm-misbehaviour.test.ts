import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { ada, CONTACTS, codes, logIn, start, tokenOf, upsert } from './demo-crm-client.js';

describe('misbehaviour', () => {
  test('a status, as often as told, with Retry-After', async () => {
    const crm = await start();
    crm.misbehave({ kind: 'answer', status: 429, retryAfter: 2, count: 2 });
    const answers = [await upsert(crm, [ada]), await upsert(crm, [ada]), await upsert(crm, [ada])];
    expect(answers.map(({ status }) => status)).toEqual([429, 429, 200]);
    expect(answers[0]?.headers.get('retry-after')).toBe('2');
  });

  test('down until told otherwise, for logging in as well', async () => {
    const crm = await start();
    const token = await tokenOf(crm);
    crm.misbehave({ kind: 'down' });
    for (let i = 0; i < 3; i++) expect((await upsert(crm, [ada], { token })).status).toBe(503);
    expect((await logIn(crm)).status).toBe(503);
    crm.behave();
    expect((await upsert(crm, [ada], { token })).status).toBe(200);
  });

  test('a page for browsers', async () => {
    const crm = await start();
    crm.misbehave({ kind: 'html', count: 1 });
    expect(await upsert(crm, [ada])).toMatchObject({ status: 200, body: expect.stringContaining('<html>') });
    expect(crm.rows('Contact').size).toBe(0);
  });

  test.each([
    ['before', 0],
    ['after', 1],
  ] as const)('a reset %s writing', async (when, rows) => {
    const crm = await start();
    const token = await tokenOf(crm);
    crm.misbehave({ kind: 'reset', when, count: 1 });
    await expect(upsert(crm, [ada], { token })).rejects.toThrow('fetch failed');
    expect(crm.rows('Contact').size).toBe(rows);
  });

  test.each([
    ['before', 0],
    ['after', 1],
  ] as const)('no answer, %s writing; closing does not wait for it', async (when, rows) => {
    const crm = await start();
    const token = await tokenOf(crm);
    crm.misbehave({ kind: 'hang', when, count: 1 });
    await expect(upsert(crm, [ada], { token, signal: AbortSignal.timeout(150) })).rejects.toThrow();
    expect(crm.rows('Contact').size).toBe(rows);
    crm.misbehave({ kind: 'hang', when });
    const ended = upsert(crm, [ada], { token }).then(
      () => 'answered',
      () => 'cut',
    );
    await expect.poll(() => crm.stats().calls).toBe(2);
    await crm.close();
    expect(await ended).toBe('cut');
  });

  test('a locked row, a refused key, and then neither', async () => {
    const crm = await start();
    crm.misbehave({ kind: 'lock-row', key: 'p2', count: 1 });
    crm.misbehave({ kind: 'refuse-key', key: 'p3', count: 1 });
    const rows = ['p1', 'p2', 'p3'].map((key) => ({ ...ada, AEP_Id__c: key }));
    expect(codes(await upsert(crm, rows))).toEqual([
      'ok',
      'UNABLE_TO_LOCK_ROW',
      'FIELD_CUSTOM_VALIDATION_EXCEPTION',
    ]);
    expect(codes(await upsert(crm, rows))).toEqual(['ok', 'ok', 'ok']);
  });

  test('a whole request is refused for one row in it', async () => {
    const crm = await start();
    crm.misbehave({ kind: 'refuse-batch', key: 'p2' });
    const poison = { ...ada, AEP_Id__c: 'p2' };
    expect(await upsert(crm, [ada, poison])).toMatchObject({
      status: 400,
      body: [{ errorCode: 'JSON_PARSER_ERROR' }],
    });
    expect((await upsert(crm, [ada])).status).toBe(200);
    expect((await upsert(crm, [poison])).status).toBe(400);
    expect([...crm.rows('Contact').keys()]).toEqual(['p1']);
  });

  test.each(['TotalRequests', 'ConcurrentRequests', 'ConcurrentPerOrgLongTxn'] as const)(
    'the limit %s',
    async (limit) => {
      const crm = await start();
      crm.misbehave({ kind: 'limit', limit, count: 1 });
      const message = expect.stringContaining(limit);
      expect(await upsert(crm, [ada])).toMatchObject({
        status: 403,
        body: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message }],
      });
    },
  );

  test('a session that ends: this one for ever, a new one works', async () => {
    const crm = await start();
    const token = await tokenOf(crm);
    crm.misbehave({ kind: 'expire-token', count: 1 });
    expect((await upsert(crm, [ada], { token })).status).toBe(401);
    expect((await upsert(crm, [ada], { token })).status).toBe(401);
    expect((await upsert(crm, [ada])).status).toBe(200);
  });

  test('logging in can be hit alone', async () => {
    const crm = await start();
    const token = await tokenOf(crm);
    crm.misbehave({ kind: 'answer', status: 500, on: 'token', count: 1 });
    expect((await upsert(crm, [ada], { token })).status).toBe(200);
    expect((await logIn(crm)).status).toBe(500);
    expect((await logIn(crm)).status).toBe(200);
  });

  test('logging in can be hit after the token was made, data is not', async () => {
    const crm = await start();
    const token = await tokenOf(crm);
    crm.misbehave({ kind: 'reset', when: 'after', on: 'token', count: 1 });
    expect((await upsert(crm, [ada], { token })).status).toBe(200);
    await expect(logIn(crm)).rejects.toThrow('fetch failed');
    expect((await logIn(crm)).status).toBe(200);
  });

  test('a client that leaves in the middle of its request harms nobody', async () => {
    const crm = await start();
    const socket = connect(Number(new URL(crm.url).port), '127.0.0.1');
    socket.write(`PATCH ${CONTACTS} HTTP/1.1\r\nhost: crm\r\ncontent-length: 100\r\n\r\n{"rec`);
    await expect.poll(() => crm.stats().calls).toBe(1);
    socket.destroy();
    expect((await upsert(crm, [ada])).status).toBe(200);
  });

  test('what is no misbehaviour is a broken caller', async () => {
    const crm = await start();
    expect(() => crm.misbehave({ kind: 'answer', status: 99 })).toThrow();
  });
});
