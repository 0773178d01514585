import * as fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { Action, Connector, Outcome } from '../../shared/core/ports.js';
import { fakeFetch, never } from '../connectors/fakes.js';
import {
  answer,
  closedPort,
  cut,
  type FaultServer,
  fin,
  garbage,
  hang,
  type Play,
  type Received,
  reset,
  resetMidway,
  startFaultServer,
} from '../connectors/fault-server.js';

/** An answer of a vendor, independent of how it is put on the wire. */
export interface Said {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What the suite must know of a connector: how to open it and how its vendor talks. */
export interface ConnectorSubject {
  readonly name: string;
  open(base: string, options: { timeoutMs: number; fetch?: typeof fetch }): Connector;
  action(key: string): Action;
  /** All secrets the connector is given or obtains: none may come out again. */
  readonly secrets: readonly string[];
  /** The answer to a request that is not about rows (logging in), or nothing for a request about rows. */
  loggingIn(path: string): Said | undefined;
  /** Keys of the rows in a request, in order. */
  keysOf(body: string): readonly string[];
  /** The vendor's answer to these rows, refusing some of them for good. */
  judge(keys: readonly string[], refused: ReadonlySet<string>): Said;
  /** True when a bare 200 is this vendor's way to accept a row; else a 200 must name the row. */
  readonly statusIsAnswer: boolean;
}

const play = ({ status, headers, body }: Said): Play => answer(status, headers, body);
const html = (status: number): Play => answer(status, { 'content-type': 'text/html' }, '<html>Login</html>');
const bare = (status: number, headers = {}): Play =>
  answer(status, { 'content-type': 'application/json', ...headers }, '');
const kinds = (outcomes: readonly Outcome[]): readonly string[] => outcomes.map(({ kind }) => kind);

/** Everything an outcome says, messages, stacks and causes included. */
const everything = (outcomes: readonly Outcome[]): string =>
  outcomes
    .map((outcome) => {
      const { fault } = { fault: undefined, ...outcome };
      return [JSON.stringify(outcome), fault?.message, fault?.stack, String(fault?.cause)].join('\n');
    })
    .join('\n');

/** The laws of the Connector port; every connector is run through them. */
export function connectorContract(subject: ConnectorSubject): void {
  const servers: FaultServer[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  async function facing(data: (request: Received, index: number) => Play, timeoutMs = 5000) {
    let count = 0;
    const server = await startFaultServer((request) => {
      const said = subject.loggingIn(request.path);
      return said === undefined ? data(request, count++) : play(said);
    });
    servers.push(server);
    return { connector: subject.open(server.url, { timeoutMs }), server, calls: () => count };
  }

  const judging =
    (refused: ReadonlySet<string> = new Set()) =>
    ({ body }: Received): Play =>
      play(subject.judge(subject.keysOf(body), refused));

  const sendOne = async (data: Play, timeoutMs?: number): Promise<Outcome> => {
    const { connector } = await facing(() => data, timeoutMs);
    const [outcome, ...more] = await connector.send([subject.action('p1')], never());
    if (outcome === undefined || more.length > 0) throw new Error('one action must have one outcome');
    return outcome;
  };

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

  describe(`${subject.name}: what waiting may cure`, () => {
    test.each<[number, string]>([
      [408, 'remote.timeout'],
      [425, 'remote.unavailable'],
      [429, 'remote.throttled'],
      [502, 'remote.unavailable'],
      [503, 'remote.unavailable'],
      [504, 'remote.unavailable'],
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

    test('500 is tried again', async () => {
      expect(await sendOne(html(500))).toMatchObject({
        kind: 'retry',
        fault: { code: 'remote.unavailable' },
      });
    });

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
      const inner = await startFaultServer(() => html(200));
      servers.push(inner);
      const outcome = await sendOne(answer(302, { location: `${inner.url}/latest/meta-data` }, ''));
      expect(outcome).toMatchObject({ kind: 'rejected', code: 'HTTP_REDIRECT' });
      expect(inner.connections()).toBe(0);
    });
  });

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
      const { connector } = await facing(() => () => controller.abort(), 60_000);
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
