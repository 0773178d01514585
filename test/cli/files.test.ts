import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { runFiles } from '../../cli/files.js';
import { assembleAll } from '../../shared/assemble.js';
import { assembleFiles, openQueueOf } from '../../shared/assemble-files.js';
import type { Intake } from '../../shared/files/intake/intake.js';
import { memoryFiles, memoryOrigin } from '../../shared/files/places/memory.js';
import { closeMemories } from '../../shared/stores/open.js';
import { fakeClock } from '../support/fakes.js';
import { runLent } from './lent-world.js';

const folder = mkdtempSync(join(tmpdir(), 'tributary-files-'));
const config = join(folder, 'tributary.yaml');
const members = new Map<string, unknown>();
const crm = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    members.set(decodeURIComponent(request.url ?? ''), JSON.parse(Buffer.concat(parts).toString()));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
});
beforeAll(async () => {
  await new Promise<void>((done) => crm.listen(0, '127.0.0.1', done));
  // A server that listens on a port has an address with one.
  const { port } = crm.address() as AddressInfo;
  writeFileSync(
    config,
    `audiences: { hot: 59bd2fbd-3c48-4b18-bf56-4f5c5e6967ae }
person: { key: [crmid] }
connections:
  sales:
    type: http
    url: "http://127.0.0.1:${port}/\${object}/\${key}"
    method: PUT
    body: { "...": "\${fields}" }
rules:
  - name: rows
    when: { member: hot }
    do:
      - { upsert: sales/contacts, match: { Id: $key }, set: { Hot: { member: hot }, Name: person.name.firstName } }
files:
  - name: daily
    from: memory://cli-files/aep/
    columns: { crm: identityMap.crmid, name: person.name.firstName }
    snapshot: { most exits: 20% }
    complete: { stable for: 1 minute }
`,
  );
});
afterAll(() => {
  crm.close();
  rmSync(folder, { recursive: true });
});

const clock = fakeClock();
const env = {
  TRIBUTARY_CONFIG: config,
  TRIBUTARY_STATE: 'memory:cli-files',
  TRIBUTARY_PARKING: 'memory:cli-files',
  TRIBUTARY_DEAD_LETTERS: 'memory:cli-files',
  TRIBUTARY_FILES_QUEUE: 'memory:cli-files',
  TRIBUTARY_LOG_LEVEL: 'silent',
};
const files = (...args: string[]) => runLent(runFiles, args, { env, clock });

const nameOf = (day: number): string =>
  `aep/Acme_segment59bd2fbd-3c48-4b18-bf56-4f5c5e6967ae_2026090${day}020000.csv`;

async function put(day: number, people: readonly string[]): Promise<void> {
  const text = ['crm,name', ...people.map((person) => `${person},Ada`)].join('\n');
  const origin = memoryOrigin('cli-files', 'aep/', clock);
  await origin.put(nameOf(day), Buffer.from(text), new AbortController().signal);
}

let intake: Intake;
beforeEach(async () => {
  closeMemories();
  memoryFiles('cli-files').kept.clear();
  members.clear();
  intake = await assembleFiles(env, await assembleAll(env, { clock }));
});

/** What the deployment does: looks through the place, and works off its queue. */
async function deploy(): Promise<void> {
  await intake.poll();
  const queue = await openQueueOf(env, clock);
  for (let rounds = 0; (await queue.count()) > 0 && rounds < 50; rounds++) {
    for (const message of await queue.receive()) {
      await intake.take(message.body, { deadline: clock.now() + 600_000 });
      await queue.remove(message);
    }
    clock.advance(60_000);
  }
}

const people = ['C-1', 'C-2', 'C-3', 'C-4', 'C-5'];

test('a file goes from the poll through the real parts into the CRM, and is listed and shown', async () => {
  await put(1, [...people, '']);
  expect((await files('list')).out).toMatch(/new +0 +\S*Acme_segment/);
  await deploy();
  expect(members.get('/contacts/C-3')).toEqual({ Hot: true, Name: 'Ada' });
  const listed = await files('list', '--json');
  expect(JSON.parse(listed.out)).toMatchObject([
    { file: nameOf(1), source: 'daily', result: 'done', rows: 6, settled: 6, endings: { delivered: 5 } },
  ]);
  const shown = await files('show', nameOf(1).slice(4));
  expect(shown.status).toBe(0);
  expect(shown.out).toContain('rows       6');
  expect(shown.out).not.toContain('Ada');
});

test('a mass exit waits, accept lets it go on', async () => {
  await put(1, people);
  await deploy();
  await put(2, ['C-1']);
  await deploy();
  expect((await files('list')).out).toContain('file.exits: 4 of 5 members');
  expect(members.get('/contacts/C-5')).toMatchObject({ Hot: true });
  expect(await files('accept', nameOf(1))).toMatchObject({
    status: 1,
    out: 'none of its exits wait for you\n',
  });
  expect(await files('accept', nameOf(2))).toMatchObject({ status: 0 });
  await deploy();
  expect(members.get('/contacts/C-5')).toMatchObject({ Hot: false });
  expect(members.get('/contacts/C-1')).toMatchObject({ Hot: true });
});

test('retry has a file read from its beginning, run does all of it here', async () => {
  await put(1, people);
  await deploy();
  expect(await files('retry', nameOf(1))).toMatchObject({ status: 0, out: 'it will be worked on\n' });
  await deploy();
  const [again] = JSON.parse((await files('list', '--json')).out);
  expect(again).toMatchObject({ result: 'done', endings: { delivered: 0, unchanged: 5 } });
  await put(2, [...people, 'C-6']);
  const ran = await files('run', nameOf(2));
  expect(ran.status).toBe(0);
  expect(members.get('/contacts/C-6')).toMatchObject({ Hot: true });
});

test('a file without any column that is a key is refused whole, and run says so', async () => {
  const origin = memoryOrigin('cli-files', 'aep/', clock);
  await origin.put(nameOf(3), Buffer.from('name\nAda'), new AbortController().signal);
  clock.advance(120_000);
  const ran = await files('run', nameOf(3));
  expect(ran.status).toBe(1);
  expect(ran.out).toContain('refused');
  expect(members.size).toBe(0);
});

test('what is no file, no source or no word', async () => {
  expect(await files('show', 'nothing.csv')).toMatchObject({ status: 1 });
  expect((await files('list', '--source', 'dayly')).err).toContain('did you mean "daily"?');
  expect(await files('accept')).toMatchObject({ status: 2 });
  expect(await files('fetch')).toMatchObject({ status: 2 });
  expect((await files('--help')).out).toContain('tributary files:');
});
