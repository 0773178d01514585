import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { fakeFetch, jsonResponse, never, secretsOf, stillClock } from '../fakes.js';
import { contact, open } from '../subjects.js';

const secret = (fill: string) => `whsec_${Buffer.from(fill.repeat(32).slice(0, 32)).toString('base64')}`;
const [OLD, NEW, OTHER] = [secret('old '), secret('new '), secret('xyz ')];

const signed = async (stored: Record<string, string>, refs: readonly string[], more: object = {}) => {
  const { fetch, asked } = fakeFetch((_, index) =>
    jsonResponse(index === 0 && 'again' in more ? 503 : 200, {}),
  );
  const config = { type: 'http', url: 'https://hook.example.com/', signature: { secrets: refs } };
  // The reference verifier knows no clock but the machine's.
  const connector = open(config, {
    fetch,
    secrets: secretsOf(stored),
    clock: stillClock({ now: Date.now() }),
  });
  const message = {
    ...contact('', { text: 'Grüße, 漢字 💌' }),
    operation: 'send' as const,
    key: {},
    idempotencyKey: 'abc.1',
  };
  const outcomes = await connector.send([message], never());
  if ('again' in more) await connector.send([message], never());
  return { asked, outcomes, connector };
};
const verifies = (secretText: string, asked: { body: string; headers: Headers } | undefined): boolean => {
  try {
    new Webhook(secretText).verify(asked?.body ?? '', Object.fromEntries(asked?.headers ?? []));
    return true;
  } catch {
    return false;
  }
};

describe('Standard Webhooks, judged by its own library', () => {
  test('accepts what we sign, to the byte, and nothing else', async () => {
    const { asked } = await signed({ hook: NEW }, ['secret:hook']);
    const [request] = asked;
    if (request === undefined) throw new Error('nothing was sent');
    expect(verifies(NEW, request)).toBe(true);
    expect(verifies(OTHER, request)).toBe(false);
    expect(verifies(NEW, { ...request, body: `${request.body} ` })).toBe(false);
    expect(request.headers.get('webhook-id')).toBe('abc.1');
  });

  test('while a secret is changed, those who know either accept', async () => {
    const { asked } = await signed({ hook: NEW, before: OLD }, ['secret:hook', 'secret:before']);
    expect([NEW, OLD, OTHER].map((text) => verifies(text, asked[0]))).toEqual([true, true, false]);
  });

  test('a message sent once more has the same id; rows have one of their own each time', async () => {
    const { asked } = await signed({ hook: NEW }, ['secret:hook'], { again: true });
    expect(asked.map(({ headers }) => headers.get('webhook-id'))).toEqual(['abc.1', 'abc.1']);
    const { connector, asked: rows } = await signed({ hook: NEW }, ['secret:hook']);
    await connector.send([contact('p1', { vip: true }), contact('p1', { vip: true })], never());
    const ids = rows.slice(1).map(({ headers }) => headers.get('webhook-id'));
    expect(new Set(ids).size).toBe(2);
    expect(rows.every((request) => verifies(NEW, request))).toBe(true);
  });

  test.each(['whsec_', 'whsec_abc', NEW.slice('whsec_'.length), `${NEW}\n`, ''])(
    'a secret that is none: %j',
    async (text) => {
      const { asked, outcomes } = await signed({ hook: text }, ['secret:hook']);
      expect(outcomes).toMatchObject([
        { kind: 'retry', scope: 'connection', fault: { code: 'config.invalid' } },
      ]);
      expect(asked).toHaveLength(0);
    },
  );
});
