import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fakeFetch, never } from '../connectors/fakes.js';
import { answer, cut, type Play, reset } from '../connectors/fault-server.js';
import { connectorRequest } from './connector-request.js';
import { bare, type ConnectorSubject, everything, html, kinds, opposite } from './connector-subject.js';
import { connectorTrouble } from './connector-trouble.js';

/** The laws of the Connector port; every connector is run through them. */
export function connectorContract(subject: ConnectorSubject): void {
  const { facing, judging, sendOne } = opposite(subject);

  describe(`${subject.name}: one outcome per action, in order`, () => {
    test.each([0, 1, 2, 7])('%d actions', async (count) => {
      const { connector, calls } = await facing(judging());
      const actions = Array.from({ length: count }, (_, i) => subject.action(`p${i}`));
      expect(kinds(await connector.send(actions, never()))).toEqual(actions.map(() => 'accepted'));
      expect(calls()).toBe(Math.ceil(count / connector.maxRows));
    });

    test('a refused row is refused at its own place, with the words of the vendor', async () => {
      const { connector } = await facing(judging(new Set(['p1', 'p4'])));
      const actions = ['p0', 'p1', 'p2', 'p3', 'p4'].map((key) => subject.action(key));
      const outcomes = await connector.send(actions, never());
      expect(kinds(outcomes)).toEqual(['accepted', 'rejected', 'accepted', 'accepted', 'rejected']);
      expect(outcomes[1]).toMatchObject({
        code: expect.stringMatching(/./),
        text: expect.stringMatching(/./),
      });
    });

    test('it works again after any trouble', async () => {
      const troubles: readonly Play[] = [reset, html(503), bare(401), bare(429), cut];
      const { connector } = await facing((request, i) => troubles[i] ?? judging()(request));
      const seen: string[] = [];
      for (let i = 0; i < 7; i++) seen.push(...kinds(await connector.send([subject.action('p1')], never())));
      expect(seen.slice(-2)).toEqual(['accepted', 'accepted']);
    });
  });

  connectorTrouble(subject);
  connectorRequest(subject);

  describe(`${subject.name}: the signal`, () => {
    test('aborted before: nothing is sent and nothing is unknown', async () => {
      const { connector, calls } = await facing(judging());
      const outcomes = await connector.send(
        [subject.action('p1'), subject.action('p2')],
        AbortSignal.abort(),
      );
      expect(kinds(outcomes)).toEqual(['retry', 'retry']);
      expect(outcomes[0]).toMatchObject({ fault: { code: 'run.deadline' } });
      expect(calls()).toBe(0);
    });

    test('aborted while waiting: ends at once, unknown', async () => {
      const controller = new AbortController();
      const { connector } = await facing(() => () => controller.abort(), 30_000);
      const outcomes = await connector.send([subject.action('p1')], controller.signal);
      expect(outcomes).toMatchObject([{ kind: 'unknown', fault: { code: 'run.deadline' } }]);
    });
  });

  describe(`${subject.name}: secrets stay inside`, () => {
    test.each([200, 300, 400, 401, 403, 404, 422, 500, 503])('an echo with %d', async (status) => {
      const echo: Play = (socket, { raw }) =>
        answer(
          status,
          { 'content-type': 'text/plain' },
          raw,
        )(socket, { raw, method: '', path: '', headers: {}, body: '' });
      const jsonEcho: Play = (socket, request) =>
        answer(
          status,
          { 'content-type': 'application/json' },
          JSON.stringify([{ errorCode: 'ECHO', message: request.raw, headers: request.headers }]),
        )(socket, request);
      const text = everything([await sendOne(echo), await sendOne(jsonEcho)]);
      for (const secret of subject.secrets) {
        expect(text).not.toContain(secret);
        expect(text).not.toContain(Buffer.from(secret).toString('base64'));
      }
    });
  });

  test(`${subject.name}: no answer whatever makes it throw, miscount or say yes too easily`, async () => {
    const bodies = fc.oneof(
      fc.json(),
      fc.string(),
      fc.constant('[{"success":true}]'),
      fc.constant('[{"success":true,"errors":[]},{"success":true,"errors":[]}]'),
      fc.constant('[{"message":null,"errorCode":null}]'),
    );
    const types = fc.constantFrom('application/json', 'text/html', 'application/xml');
    const keys = fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 200, max: 599 }),
        types,
        bodies,
        keys,
        async (status, type, body, ids) => {
          const empty = [204, 205, 304].includes(status);
          const { fetch } = fakeFetch(({ url }) => {
            const said = subject.loggingIn(new URL(url).pathname);
            if (said !== undefined) return new Response(said.body, said);
            return new Response(empty ? null : body, { status, headers: { 'content-type': type } });
          });
          const connector = subject.open('http://127.0.0.1:9', { timeoutMs: 1000, fetch });
          const outcomes = await connector.send(ids.map(subject.action), never());
          expect(outcomes).toHaveLength(ids.length);
          if (status >= 300) expect(kinds(outcomes)).not.toContain('accepted');
          if (!subject.statusIsAnswer && type !== 'application/json')
            expect(kinds(outcomes)).not.toContain('accepted');
        },
      ),
      { numRuns: 300 },
    );
  });
}
