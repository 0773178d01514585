import { describe, expect, test } from 'vitest';
import { jsonResponse } from '../../fakes.js';
import { act, example, guarded, sentTo } from './example.js';

const message = act('send', 'k1', { text: 'Hi "Ada"', title: 'New' });

describe('slack.yaml, incoming webhook', () => {
  const said = async (status: number, text: string, headers = {}) =>
    (await (await example('slack', () => new Response(text, { status, headers }), 'hook')).send(message))[0];

  test('posts the text to the secret address', async () => {
    const { asked, send } = await example('slack', () => new Response('ok'), 'hook');
    expect(await send(message)).toEqual([{ kind: 'accepted' }]);
    expect(asked[0]?.url).toBe('https://hooks.slack.example.com/services/T0/B0/secret-of-slack');
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ text: 'Hi "Ada"' });
  });

  test.each<[number, string, object]>([
    [400, 'invalid_payload', { kind: 'rejected', code: 'invalid_payload' }],
    [403, 'action_prohibited', { kind: 'rejected', code: 'action_prohibited' }],
    [404, 'channel_not_found', { kind: 'rejected', code: 'channel_not_found' }],
    [410, 'channel_is_archived', { kind: 'rejected', code: 'channel_is_archived' }],
    [500, 'rollup_error', { kind: 'retry', scope: 'row', fault: { code: 'remote.row-busy' } }],
    [200, 'no_text', { kind: 'rejected', code: 'no_text' }],
  ])('%d %s', async (status, text, outcome) => expect(await said(status, text)).toMatchObject(outcome));

  test('429 with Retry-After', async () => {
    expect(await said(429, '', { 'retry-after': '30' })).toMatchObject({
      scope: 'connection',
      afterMs: 30_000,
    });
  });

  test('an answer that echoes the address does not give it away', async () => {
    const outcome = await said(404, 'no https://hooks.slack.example.com/services/T0/B0/secret-of-slack');
    expect(JSON.stringify(outcome)).not.toContain('secret-of-slack');
  });

  test('a message without an answer may have been posted, and is not repeated', async () => {
    const { connector } = await example('slack', () => new Response('ok'), 'hook');
    expect(connector.isIdempotent(message)).toBe(false);
    expect(connector.operations).toEqual(['send']);
  });
});

describe('slack.yaml, Web API', () => {
  const slack = (body: unknown, status = 200) =>
    example(
      'slack',
      guarded('authorization', 'Bearer xoxb-bot', () => jsonResponse(status, body)),
      'slack',
    );

  test('posts to the channel that the rule names', async () => {
    const { asked, send } = await slack({ ok: true, ts: '1.2' });
    expect(await send({ ...message, object: 'C0123456789' })).toEqual([{ kind: 'accepted' }]);
    expect(sentTo(asked, '/api/chat.postMessage')).toEqual([{ channel: 'C0123456789', text: 'Hi "Ada"' }]);
  });

  test.each<[string, object]>([
    ['channel_not_found', { kind: 'rejected', code: 'channel_not_found', text: 'channel_not_found' }],
    ['ratelimited', { kind: 'retry', scope: 'connection', fault: { code: 'remote.throttled' } }],
    ['service_unavailable', { kind: 'retry', scope: 'connection', fault: { code: 'remote.unavailable' } }],
    ['invalid_auth', { kind: 'retry', scope: 'connection', fault: { code: 'remote.unauthorized' } }],
  ])('200 with ok: false, %s', async (error, outcome) => {
    expect(await (await slack({ ok: false, error })).send(message)).toMatchObject([outcome]);
  });
});

describe('teams.yaml', () => {
  test('posts an adaptive card to the secret address', async () => {
    const { asked, send } = await example('teams', () => new Response(null, { status: 202 }));
    expect(await send(message)).toEqual([{ kind: 'accepted' }]);
    expect(asked[0]?.url).toContain('sig=secret-of-teams');
    expect(JSON.parse(asked[0]?.body ?? '')).toMatchObject({
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          content: { type: 'AdaptiveCard', version: '1.4', body: [{ text: 'New' }, { text: 'Hi "Ada"' }] },
        },
      ],
    });
  });

  test.each<[number, object]>([
    [400, { kind: 'rejected', code: 'BadRequest', text: 'no card' }],
    [413, { kind: 'rejected' }],
    [429, { kind: 'retry', scope: 'connection', fault: { code: 'remote.throttled' } }],
    [502, { kind: 'unknown' }],
  ])('%d', async (status, outcome) => {
    const { send } = await example('teams', () =>
      jsonResponse(status, { error: { code: 'BadRequest', message: 'no card' } }),
    );
    expect(await send(message)).toMatchObject([outcome]);
  });
});
