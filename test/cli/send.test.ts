import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { runSend } from '../../cli/send.js';
import { type Lent, runLent } from './lent-world.js';

const folder = mkdtempSync(join(tmpdir(), 'tributary-send-'));
afterAll(() => rmSync(folder, { recursive: true }));

const servers: Server[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done)))));

interface Answer {
  readonly status: number;
  readonly body?: object;
  readonly retryAfter?: string;
}

/** A door that answers as it is told, then takes everything; keeps what it took. */
async function doorThat(answers: readonly Answer[] = []) {
  const left = [...answers];
  const taken: unknown[][] = [];
  const tokens: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const records = JSON.parse(Buffer.concat(parts).toString('utf8')) as unknown[];
      const sums = { received: records.length, accepted: records.length, malformed: 0, testProfiles: 0 };
      const { status, body = {}, retryAfter } = left.shift() ?? { status: 200, body: sums };
      tokens.push(request.headers.authorization);
      if (status === 200) taken.push(records);
      if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter);
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
      response.end(JSON.stringify(body));
    });
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo; // it listens on a port
  return { url: `http://127.0.0.1:${port}/v1/exports/prod`, taken, tokens };
}

const event = (id: string) => ({ identityMap: { crmid: [{ id }] } });
const lines = (...ids: readonly string[]): string =>
  ids.map((id) => `${JSON.stringify(event(id))}\n`).join('');

const send = (args: readonly string[], lent: Lent = {}) => runLent(runSend, args, lent);

/** Rules of which one entry is about files by the name of their segment. */
const DAILY = `audiences: { hot: hot-1 }
person: { key: [crmid] }
connections: {}
rules: []
files: [{ name: daily, from: s3://exports/aep/, match: "%SEGMENT_ID%_%DATETIME%.csv" }]
`;

test('records go in calls of so many, in order, with the token', async () => {
  const { url, taken, tokens } = await doorThat();
  const said = await send(['--url', url, '--records', '2', '-'], {
    input: lines('1', '2', '3'),
    env: { TRIBUTARY_TOKEN: 't-1' },
  });
  expect(said).toEqual({ status: 0, out: '3 records taken in by 2 calls\n', err: '' });
  expect(taken).toEqual([[event('1'), event('2')], [event('3')]]);
  expect(tokens).toEqual(['Bearer t-1', 'Bearer t-1']);
});

test('a call is made again while the door asks for that, and nothing is sent twice', async () => {
  const { url, taken } = await doorThat([{ status: 503 }, { status: 429, retryAfter: '7' }]);
  expect(await send(['--url', url, '-'], { input: lines('1') })).toMatchObject({ status: 0 });
  expect(taken).toEqual([[event('1')]]);
});

test('a door that takes nothing ends it, and what was taken in before is told', async () => {
  const busy = { status: 503, body: { message: 'the stream is away' } };
  const taken = { status: 200, body: { accepted: 1, malformed: 0, testProfiles: 0 } };
  const { url } = await doorThat([taken, ...Array.from({ length: 6 }, () => busy)]);
  const said = await send(['--url', url, '--records', '1', '-'], { input: lines('1', '2') });
  expect(said.status).toBe(2);
  expect(said.out).toBe('1 record taken in by 1 call\n');
  expect(said.err).toContain('remote.unavailable');
  expect(said.err).toContain('503: the stream is away');
});

test.each([
  [{ status: 401, body: { message: 'the token is wrong' } }, 'answers 401: the token is wrong'],
  [{ status: 200, body: { hello: 1 } }, 'not as the door of a deployment does'],
])('a refusal is told and nothing is tried again', async (answer, why) => {
  const { url, taken } = await doorThat([answer]);
  const said = await send(['--url', url, '-'], { input: lines('1') });
  expect(said.status).toBe(2);
  expect(said.err).toContain(`remote.rejected: ${url}`);
  expect(said.err).toContain(why);
  expect(taken.length).toBeLessThan(2);
});

test('what cannot be read is told and not sent', async () => {
  const { url, taken } = await doorThat();
  const said = await send(['--url', url, '--json', '-'], { input: `${lines('1')}{broken\n${lines('2')}` });
  expect(said.status).toBe(1);
  expect(JSON.parse(said.out)).toEqual({
    type: 'sums',
    unread: 1,
    kept: 0,
    calls: 1,
    accepted: 2,
    malformed: 0,
    testProfiles: 0,
  });
  expect(said.err).toContain('stdin:2: not sent, decode.json');
  expect(taken).toEqual([[event('1'), event('2')]]);
});

test('batch files are sent as what their entry makes of them', async () => {
  const config = join(folder, 'rules.yaml');
  writeFileSync(config, DAILY);
  const path = join(folder, 'hot-1_20261101_100000.csv');
  writeFileSync(path, 'crmid\nC-1\n');
  const { url, taken } = await doorThat();
  expect(await send(['--url', url, '--config', config, path])).toMatchObject({ status: 0 });
  const membership = { status: 'realized', lastQualificationTime: '2026-11-01T10:00:00.000Z' };
  expect(taken).toEqual([[{ ...event('C-1'), segmentMembership: { ups: { 'hot-1': membership } } }]]);
});

test('of files of which one is about nothing that is known none is sent', async () => {
  const config = join(folder, 'strict.yaml');
  writeFileSync(config, DAILY);
  const [known, stray] = [join(folder, 'hot-1_20261101_110000.csv'), join(folder, 'Other.csv')];
  for (const path of [known, stray]) writeFileSync(path, 'crmid\nC-1\n');
  const { url, taken } = await doorThat();
  const said = await send(['--url', url, '--config', config, known, stray]);
  expect(said).toMatchObject({ status: 2, out: '' });
  expect(said.err).toContain('Other.csv, by its name or its folder');
  expect(taken).toEqual([]);
});

test('of a full export the exits are sent, but not too many of them', async () => {
  const config = join(folder, 'full.yaml');
  writeFileSync(
    config,
    `audiences: { hot: hot-1 }
person: { key: [crmid] }
connections: {}
rules: []
files: [{ name: nightly, from: s3://exports/aep/, match: "%SEGMENT_ID%_%DATETIME%.csv", snapshot: { most exits: 50% } }]
`,
  );
  const write = (day: number, ...ids: readonly string[]): string => {
    const path = join(folder, `hot-1_2026110${day}_000000.csv`);
    writeFileSync(path, `crmid\n${ids.join('\n')}\n`);
    return path;
  };
  const [one, two, three] = [write(1, 'C-1', 'C-2'), write(2, 'C-1'), write(3, 'C-3')];
  const { url, taken } = await doorThat();
  const args = ['--url', url, '--config', config];
  expect(await send([...args, '--previous', one, two])).toMatchObject({
    status: 0,
    out: '2 records taken in by 1 call\n',
  });
  const membership = (status: string, lastQualificationTime: string) => ({
    segmentMembership: { ups: { 'hot-1': { status, lastQualificationTime } } },
  });
  expect(taken).toEqual([
    [
      { ...event('C-1'), ...membership('realized', '2026-11-02T00:00:00.000Z') },
      { ...event('C-2'), ...membership('exited', '2026-11-01T23:59:59.999Z') },
    ],
  ]);
  const kept = await send([...args, '--previous', one, three]);
  expect(kept.status).toBe(1);
  expect(kept.err).toContain('not sent; --accept sends them');
  expect(kept.out).toContain('1 record taken in by 1 call; 2 exits of a full export wait for --accept');
  expect(await send([...args, '--accept', '--previous', one, three])).toMatchObject({
    status: 0,
    out: '3 records taken in by 1 call\n',
  });
});

test.each([
  [['-'], 'say where the door is'],
  [['--url', 'http://tributary.example.com/v1/exports', '-'], '--url must start with https://'],
  [['--url', 'https://user:pass1@tributary.example.com', '-'], 'the token goes into TRIBUTARY_TOKEN'],
  [
    ['--url', 'https://tributary.example.com', '--records', '0', '-'],
    '--records takes a number from 1 to 10000',
  ],
])('%j is wrong use', async (args, why) => {
  const said = await send(args, { input: '' });
  expect(said.status).toBe(2);
  expect(said.err).toContain(why);
});
