import { describe, expect, test } from 'vitest';
import { never } from '../connectors/fakes.js';
import { answer, cut, type Play, reset } from '../connectors/fault-server.js';
import { type ConnectorSubject, everything, opposite, play } from './connector-subject.js';

const isIn = (secret: string, word: string): boolean =>
  [secret, Buffer.from(secret).toString('base64')].some((form) => word.includes(form));

const ID = '0ec7fe77-d8af-485d-8d83-7b2c2c6acb77';

/** What a connector tells of the names that its vendor gives to requests. */
export function connectorRequest(subject: ConnectorSubject): void {
  const { facing, sendOne } = opposite(subject);
  const header = subject.requestIdHeader;

  describe(`${subject.name}: the vendor's name of the request`, () => {
    test('every row of a request that was answered has it, done or refused', async () => {
      let count = 0;
      const { connector } = await facing(({ body }) => {
        const said = subject.judge(subject.keysOf(body), new Set(['p1']));
        return play({ ...said, headers: { ...said.headers, [header]: `${ID}-${count++}` } });
      });
      const outcomes = await connector.send(
        ['p0', 'p1', 'p2'].map((key) => subject.action(key)),
        never(),
      );
      const names = outcomes.map(({ requestId }) => requestId);
      const expected = outcomes.map((_, i) => `${ID}-${Math.floor(i / connector.maxRows)}`);
      expect(names).toEqual(expected);
    });

    test.each([400, 401, 403, 404, 409, 413, 422, 423, 429, 500, 502, 503])(
      'an answer of %d has it',
      async (status) => {
        const headers = { 'content-type': 'application/json', [header]: ID };
        expect(await sendOne(answer(status, headers, '{}'))).toMatchObject({ requestId: ID });
      },
    );

    test('without the header, and without an answer, there is none', async () => {
      for (const silent of [reset, cut, answer(503, {}, '')])
        expect(await sendOne(silent)).not.toHaveProperty('requestId');
    });

    test('a header that came twice counts once', async () => {
      expect(await sendOne(answer(503, { [header]: `${ID},other` }, ''))).toMatchObject({ requestId: ID });
    });

    test.each(['ada@example.com', 'Ada Lovelace', 'x'.repeat(129), '<script>'])(
      'what is no id is not taken: %s',
      async (text) => {
        expect(await sendOne(answer(503, { [header]: text }, ''))).not.toHaveProperty('requestId');
      },
    );

    test('nor is the credential that the server was sent', async () => {
      const words: string[] = [];
      const echo: Play = (socket, request) => {
        words.push(...Object.values(request.headers).flatMap((value) => value.split(' ')));
        const secret = words.find((word) => subject.secrets.some((one) => isIn(one, word))) ?? '';
        answer(503, { [header]: secret }, '')(socket, request);
      };
      const text = everything([await sendOne(echo)]);
      for (const word of words)
        if (subject.secrets.some((one) => isIn(one, word))) expect(text).not.toContain(word);
    });
  });
}
