import { describe, expect, test } from 'vitest';
import { never } from '../connectors/fakes.js';
import {
  answer,
  closedPort,
  cut,
  fin,
  garbage,
  hang,
  type Play,
  reset,
  resetMidway,
} from '../connectors/fault-server.js';
import { bare, type ConnectorSubject, everything, html, opposite } from './connector-subject.js';

/** What becomes of rows when the network or the server fails: nothing is ever taken for a yes. */
export function connectorTrouble(subject: ConnectorSubject): void {
  const { serve, sendOne } = opposite(subject);

  describe(`${subject.name}: no answer is never a yes`, () => {
    test.each<[string, Play]>([
      ['reset', reset],
      ['closed', fin],
      ['cut body', cut],
      ['reset within the body', resetMidway],
      ['not HTTP', garbage],
    ])('%s is unknown', async (_, trouble) => {
      expect(await sendOne(trouble)).toMatchObject({ kind: 'unknown', fault: { code: 'remote.unanswered' } });
    });

    test('a time-out is unknown', async () => {
      const outcome = await sendOne(hang, 150);
      expect(outcome).toMatchObject({ kind: 'unknown', fault: { code: 'remote.timeout' } });
    });

    const pages: readonly [string, Play][] = [
      ['an HTML page', html(200)],
      ['an empty body', bare(200)],
      ['no content', answer(204, {}, '')],
      ['broken JSON', answer(200, { 'content-type': 'application/json' }, '[{"success"')],
      ['JSON declared as text', answer(200, { 'content-type': 'text/plain' }, '[]')],
    ];
    if (!subject.statusIsAnswer)
      test.each(pages)('200 with %s is unknown', async (_, said) => {
        expect(await sendOne(said)).toMatchObject({ kind: 'unknown', fault: { code: 'remote.unanswered' } });
      });

    test('nothing listens: retry, for nothing was sent', async () => {
      const connector = subject.open(await closedPort(), { timeoutMs: 5000 });
      const [outcome] = await connector.send([subject.action('p1')], never());
      expect(outcome).toMatchObject({
        kind: 'retry',
        scope: 'connection',
        fault: { code: 'remote.unavailable' },
      });
    });
  });

  const isRepeatable = subject.open('http://127.0.0.1:9', { timeoutMs: 1 }).isIdempotent(subject.action('x'));

  describe(`${subject.name}: what waiting may cure`, () => {
    const gateways: [number, string][] = isRepeatable
      ? [
          [502, 'remote.unavailable'],
          [504, 'remote.unavailable'],
        ]
      : [];
    test.each<[number, string]>([
      [408, 'remote.timeout'],
      [425, 'remote.unavailable'],
      [429, 'remote.throttled'],
      [503, 'remote.unavailable'],
      ...gateways,
    ])('%d holds the connection and honours Retry-After', async (status, code) => {
      const expected = { kind: 'retry', scope: 'connection', fault: { code } };
      expect(await sendOne(bare(status, { 'retry-after': '7' }))).toMatchObject({
        ...expected,
        afterMs: 7000,
      });
      const without = await sendOne(html(status));
      expect(without).toMatchObject(expected);
      expect(without).not.toHaveProperty('afterMs');
    });

    test('423 is about the row', async () => {
      expect(await sendOne(bare(423))).toMatchObject({ kind: 'retry', scope: 'row' });
    });

    if (isRepeatable)
      test('500 is tried again', async () => {
        expect(await sendOne(html(500))).toMatchObject({
          kind: 'retry',
          fault: { code: 'remote.unavailable' },
        });
      });
    else
      test.each([500, 502, 504])(
        '%d may come from a gateway that gave up: what must not be repeated may have been done',
        async (status) => {
          expect(await sendOne(html(status))).toMatchObject({ kind: 'unknown' });
        },
      );

    test('401 to the end names the connection and is retryable', async () => {
      const outcome = await sendOne(bare(401));
      expect(outcome).toMatchObject({
        kind: 'retry',
        scope: 'connection',
        fault: { code: 'remote.unauthorized' },
      });
      expect(everything([outcome])).toContain('"crm"');
    });
  });

  describe(`${subject.name}: what waiting cannot cure`, () => {
    test.each([404, 405, 409, 410, 415])('%d is a refusal', async (status) => {
      expect(await sendOne(html(status))).toMatchObject({ kind: 'rejected', code: `HTTP_${status}` });
    });

    test('a redirect is refused and never followed', async () => {
      const inner = await serve(() => html(200));
      const outcome = await sendOne(answer(302, { location: `${inner.url}/latest/meta-data` }, ''));
      expect(outcome).toMatchObject({ kind: 'rejected', code: 'HTTP_REDIRECT' });
      expect(inner.connections()).toBe(0);
    });
  });
}
