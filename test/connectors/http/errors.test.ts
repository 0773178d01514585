import { describe, expect, test } from 'vitest';
import { jsonResponse } from '../fakes.js';
import { contact } from '../subjects.js';
import { ada, api } from './api.js';

const ERRORS = {
  success: { equals: { path: 'ok', value: true } },
  errors: {
    code: 'error',
    text: 'detail',
    field: 'at',
    codes: {
      duplicate: 'accepted',
      no_row: 'absent',
      bad_email: 'rejected',
      locked: 'busy',
      ratelimited: { is: 'throttled', waitSeconds: 20 },
      spent: 'quota',
      down: 'unavailable',
      bad_token: 'unauthorized',
    },
    statuses: { 409: 'accepted', 403: 'rejected', 420: 'throttled' },
    retryAfter: 'X-Wait',
  },
};
const answered = async (status: number, body: unknown, headers = {}, action = ada) =>
  (await api(ERRORS, () => jsonResponse(status, body, headers)).send(action))[0];

describe('codes of an API that says no with 200', () => {
  test.each<[string, object]>([
    ['duplicate', { kind: 'accepted' }],
    ['no_row', { kind: 'rejected', code: 'no_row' }],
    ['bad_email', { kind: 'rejected', code: 'bad_email', text: 'no @', field: 'email' }],
    ['unheard_of', { kind: 'rejected', code: 'unheard_of', text: 'no @' }],
    ['locked', { kind: 'retry', scope: 'row', fault: { code: 'remote.row-busy' } }],
    [
      'ratelimited',
      { kind: 'retry', scope: 'connection', fault: { code: 'remote.throttled' }, afterMs: 20_000 },
    ],
    ['spent', { kind: 'retry', scope: 'connection', fault: { code: 'remote.quota' } }],
    ['down', { kind: 'retry', scope: 'connection', fault: { code: 'remote.unavailable' } }],
    ['bad_token', { kind: 'retry', scope: 'connection', fault: { code: 'remote.unauthorized' } }],
    ['constructor', { kind: 'rejected', code: 'constructor' }],
  ])('%s', async (error, outcome) => {
    expect(await answered(200, { ok: false, error, detail: 'no @', at: 'email' })).toMatchObject(outcome);
    expect(await answered(422, { ok: false, error, detail: 'no @', at: 'email' })).toMatchObject(outcome);
  });

  test('absent is an answer for operations that need a row', async () => {
    const update = { ...contact('p1', { name: 'A' }), operation: 'update' as const };
    expect(await answered(200, { ok: false, error: 'no_row' }, {}, update)).toEqual({ kind: 'absent' });
  });

  test('a yes by rule is a yes, whatever else is in it', async () => {
    expect(await answered(200, { ok: true, error: 'locked' })).toEqual({ kind: 'accepted' });
  });

  test('statuses have a meaning where the code says nothing', async () => {
    expect(await answered(409, {})).toEqual({ kind: 'accepted' });
    expect(await answered(403, {})).toMatchObject({ kind: 'rejected', code: 'HTTP_403' });
    expect(await answered(409, { error: 'bad_email' })).toMatchObject({ kind: 'rejected' });
  });

  test('how long to wait may stand in a header of its own, and comes before the wait of the config', async () => {
    expect(await answered(429, {}, { 'x-wait': '3' })).toMatchObject({ kind: 'retry', afterMs: 3000 });
    expect(await answered(420, {}, { 'x-wait': '4' })).toMatchObject({ kind: 'retry', afterMs: 4000 });
    const limited = await answered(200, { ok: false, error: 'ratelimited' }, { 'x-wait': '5' });
    expect(limited).toMatchObject({ afterMs: 5000 });
  });

  test('no JSON is no yes', async () => {
    const { send } = api(ERRORS, () => new Response('<html>', { headers: { 'content-type': 'text/html' } }));
    expect(await send(ada)).toMatchObject([{ kind: 'unknown' }]);
  });
});

describe('what is shown of an answer as a code', () => {
  const TEXT = 'ada@example.com belongs to Ada Lovelace, +44 20 7946 0000';

  test.each([TEXT, 'Ada Lovelace', 'x'.repeat(101), ''])('is no text about a person: %s', async (text) => {
    const refused = await answered(422, { ok: false, error: text, at: text });
    expect(refused).toEqual({ kind: 'rejected', code: 'HTTP_422', text: expect.any(String) });
  });

  test('is a text that the config names, and a path to a field', async () => {
    const named = { ...ERRORS, errors: { ...ERRORS.errors, codes: { 'Not now, please': 'rejected' } } };
    const body = { ok: false, error: 'Not now, please', at: '/data/attributes[0]/first-name' };
    expect(await api(named, () => jsonResponse(422, body)).send(ada)).toMatchObject([
      { code: 'Not now, please', field: '/data/attributes[0]/first-name' },
    ]);
  });
});

describe('an API that answers with a word', () => {
  const chat = {
    success: { text: 'ok' },
    errors: { code: '$body', codes: { rollup_error: 'busy' } },
  };
  const said = async (status: number, text: string) =>
    (await api(chat, () => new Response(text, { status })).send(ada))[0];

  test('its word decides', async () => {
    expect(await said(200, 'ok\n')).toEqual({ kind: 'accepted' });
    expect(await said(200, 'maybe')).toMatchObject({ kind: 'rejected', code: 'maybe' });
    expect(await said(404, 'channel_not_found')).toMatchObject({
      kind: 'rejected',
      code: 'channel_not_found',
    });
    expect(await said(500, 'rollup_error')).toMatchObject({
      kind: 'retry',
      fault: { code: 'remote.row-busy' },
    });
    expect(await said(404, '<html>not here</html>')).toMatchObject({ kind: 'rejected', code: 'HTTP_404' });
  });
});
