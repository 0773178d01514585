import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

/** Said where the queue is one of this process: a deployment's has another place. */
const LONELY =
  'but nobody hears of it: the files queue, memory:cli-files, is in the memory of this command alone; to work on it here: tributary files run ';

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
  expect(shown.out).toContain('  rows       6, all settled: delivered 5, unaddressed 1\n');
  expect(shown.out).toContain('  audience   hot (ups/59bd2fbd-3c48-4b18-bf56-4f5c5e6967ae)\n');
  expect(shown.out).not.toContain('Ada');
  // For people, not for programs: those have --json.
  expect(shown.out).not.toMatch(/[{}[\]]/);
  expect(JSON.parse((await files('show', '--json', nameOf(1))).out)).toMatchObject({
    result: 'done',
    export: { result: 'done' },
  });
});

test('list and show need few settings; accept and retry name those that they need besides, as the help does', async () => {
  await put(1, people);
  const { TRIBUTARY_CONFIG, TRIBUTARY_STATE, TRIBUTARY_LOG_LEVEL } = env;
  const few = { env: { TRIBUTARY_CONFIG, TRIBUTARY_STATE, TRIBUTARY_LOG_LEVEL }, clock };
  for (const args of [['list'], ['show', nameOf(1)]])
    expect(await runLent(runFiles, args, few)).toMatchObject({ status: 0, err: '' });
  const { out: help } = await files('--help');
  for (const action of ['accept', 'retry']) {
    const { status, err } = await runLent(runFiles, [action, nameOf(1)], few);
    expect(status).toBe(2);
    const missing = err.match(/TRIBUTARY_[A-Z_]+(?=: is not set)/g) ?? [];
    expect(missing).toHaveLength(2);
    expect(help).toContain(`accept and retry need ${missing.join(' and ')} besides`);
  }
});

test('a place that cannot be reached hides no other, and is told of', async () => {
  await put(1, people);
  await deploy();
  const two = join(folder, 'two.yaml');
  const entry = `  - { name: lost, from: "file://${folder}/not-there", audience: hot }\n`;
  writeFileSync(two, readFileSync(config, 'utf8').replace('files:\n', `files:\n${entry}`));
  const both = (...args: string[]) =>
    runLent(runFiles, args, { env: { ...env, TRIBUTARY_CONFIG: two }, clock });
  const listed = await both('list');
  expect(listed.status).toBe(2);
  expect(listed.out).toMatch(/^unreachable .*\(lost\)\n +file\.unavailable: /m);
  expect(listed.out).toMatch(/^done +5 +5 +aep\/Acme_\S+ {2}\(daily\)$/m);
  expect(JSON.parse((await both('list', '--json')).out)).toMatchObject([
    { source: 'lost', result: 'unreachable', why: { code: 'file.unavailable' } },
    { source: 'daily', result: 'done' },
  ]);
  expect(await both('show', nameOf(1))).toMatchObject({ status: 0, err: '' });
  const missing = await both('show', 'nothing.csv');
  expect(missing.status).toBe(2);
  expect(missing.err).toContain('"lost": file.unavailable: ');
  expect(missing.err).toContain('in the places that can be reached');
});

test('one that is to be worked on again is listed once, and as new', async () => {
  await put(1, people);
  await deploy();
  await files('retry', nameOf(1));
  const listed = JSON.parse((await files('list', '--json')).out);
  expect(listed).toMatchObject([{ file: nameOf(1), result: 'new', settled: 0 }]);
  await deploy();
  expect(JSON.parse((await files('list', '--json')).out)).toMatchObject([{ result: 'done' }]);
});

test('what has been written again under a name is meant by it, not what was there before', async () => {
  await put(1, people);
  await deploy();
  await put(1, [...people, 'C-6']);
  expect((await files('show', nameOf(1))).out).toContain('  result     new\n');
});

test('a mass exit waits, accept lets it go on', async () => {
  await put(1, people);
  await deploy();
  await put(2, ['C-1']);
  await deploy();
  const listed = (await files('list')).out;
  expect(listed).toMatch(/^waiting for you +1 +1 +aep\/\S+_20260902020000\.csv/m);
  expect(listed).toContain(
    'file.exits: 4 of 5 members of the audience hot (ups/59bd2fbd-3c48-4b18-bf56-4f5c5e6967ae) are missing',
  );
  expect(listed).toContain(`tributary files accept ${nameOf(2)}`);
  expect((await files('show', nameOf(2))).out).toContain('4 of 5 members of the exports before');
  expect(members.get('/contacts/C-5')).toMatchObject({ Hot: true });
  expect(await files('accept', nameOf(1))).toMatchObject({
    status: 1,
    out: 'none of its exits wait for you; tributary files show says how it stands\n',
  });
  expect(await files('accept', nameOf(2))).toMatchObject({
    status: 0,
    out: 'its exits may be carried out\n',
    err: `${LONELY}${nameOf(2)}\n`,
  });
  expect((await files('list')).out).toMatch(/^accepted .*_20260902020000\.csv/m);
  await deploy();
  expect(members.get('/contacts/C-5')).toMatchObject({ Hot: false });
  expect(members.get('/contacts/C-1')).toMatchObject({ Hot: true });
});

test('retry has a file read from its beginning, run does all of it here', async () => {
  await put(1, people);
  await deploy();
  const err = `${LONELY}${nameOf(1)}\n`;
  expect(await files('retry', nameOf(1))).toEqual({ status: 0, out: 'it may be worked on again\n', err });
  expect(await files('retry', nameOf(1), '--json')).toEqual({ status: 0, out: '{"done":true}\n', err });
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

test('a file of which no row can be read does not say that rows are settled', async () => {
  const origin = memoryOrigin('cli-files', 'aep/', clock);
  const text = 'crm,name,segmentMembership_status\nC-1,Ada,odd\nC-2,Bea,odd\n';
  await origin.put(nameOf(3), Buffer.from(text), new AbortController().signal);
  clock.advance(120_000);
  const ran = await files('run', nameOf(3));
  expect(ran.status).toBe(1);
  expect(ran.out).toContain('  result     refused\n');
  expect(ran.out).toContain('  unreadable 2 rows\n');
  expect(ran.out).toContain('row 1: decode.status');
  expect(ran.out).not.toContain('settled');
  const [view] = JSON.parse((await files('list', '--json')).out);
  expect(view).toMatchObject({ result: 'refused', settled: 0, badRows: 2 });
});

test('run says what it waits for; on a terminal how far it is', async () => {
  await put(1, people);
  const ran = await files('run', nameOf(1));
  expect(ran.err).toMatch(/^waits: file\.incomplete: aep\/\S+ was written 0 s ago .*; goes on in 60 s\n/);
  expect(ran.err).not.toContain('records');
  await put(2, people);
  const seen = await runLent(runFiles, ['run', nameOf(2)], {
    env,
    clock,
    screen: { out: false, err: true, colours: false },
  });
  expect(seen.err).toMatch(/0\.0 MB {2}\d records/);
  expect(seen.err).not.toContain('%');
});

test('who ends a run is told at once, and where it goes on', async () => {
  await put(1, people);
  const stop = new AbortController();
  const said = await runLent(runFiles, ['run', nameOf(1)], {
    env,
    clock,
    stop: stop.signal,
    onErr: (text) => {
      if (text.startsWith('waits:')) stop.abort();
    },
  });
  expect(said.status).toBe(1);
  expect(said.err).toContain(
    '\nstopping after the rows under way …\nstopped before any more of its rows acted; ',
  );
  expect(said.err).toContain(`it goes on there with: tributary files run ${nameOf(1)}\n`);
});

test('a slip is told in a line', async () => {
  const said = await files('fetch');
  expect(said.err).toMatch(/^tributary files: .*\ntributary files --help tells more\n$/);
});

test('an empty place, and a rule file without files', async () => {
  expect(await files('list')).toMatchObject({ status: 0, out: 'no files\n', err: '' });
  const none = join(folder, 'none.yaml');
  writeFileSync(none, readFileSync(config, 'utf8').split('files:')[0] ?? '');
  const said = await runLent(runFiles, ['list'], { env: { ...env, TRIBUTARY_CONFIG: none }, clock });
  expect(said).toMatchObject({ status: 0, out: '', err: expect.stringContaining('no section "files"') });
});

test('what is no file, no source or no word', async () => {
  expect(await files('show', 'nothing.csv')).toMatchObject({ status: 1 });
  expect((await files('list', '--source', 'dayly')).err).toContain('did you mean "daily"?');
  expect(await files('accept')).toMatchObject({ status: 2 });
  expect(await files('fetch')).toMatchObject({ status: 2 });
  expect((await files('--help')).out).toContain('tributary files:');
});

test('files that no entry takes are told of; what lies beside exports is not, nor what another entry takes', async () => {
  const origin = memoryOrigin('cli-files', 'aep/', clock);
  const lay = (name: string) => origin.put(`aep/${name}`, Buffer.from('x'), new AbortController().signal);
  const two = join(folder, 'matched.yaml');
  const entries = `  - { name: vips, from: "memory://cli-files/aep/vip/", match: "vip*.csv", audience: hot }
  - { name: guests, from: "memory://cli-files/aep/", match: "guest*.csv", audience: hot }
`;
  const text = readFileSync(config, 'utf8').replace('    columns:', '    match: "Acme_*.csv"\n    columns:');
  writeFileSync(two, text.replace('files:\n', `files:\n${entries}`));
  const matched = (...args: string[]) =>
    runLent(runFiles, args, { env: { ...env, TRIBUTARY_CONFIG: two }, clock });
  await put(1, people);
  for (const name of [
    'guest1.csv',
    'vip/vip1.csv',
    'manifest-a-b.json',
    `${nameOf(1).slice(4)}.tributary.json`,
  ])
    await lay(name);
  expect((await matched('list')).err).toBe('');
  await lay('Acne_1.csv');
  expect(await matched('list')).toMatchObject({
    status: 0,
    out: expect.stringContaining('Acme_segment'),
    err: 'note: 1 file in memory://cli-files/aep/ that no entry of "files" takes, so that nobody reads it: aep/Acne_1.csv\n',
  });
  for (let i = 2; i < 9; i++) await lay(`Acne_${i}.csv`);
  expect((await matched('list', '--source', 'guests')).err).toContain(
    'note: 8 files in memory://cli-files/aep/ that no entry of "files" takes, so that nobody reads them: the first are aep/Acne_1.csv, ',
  );
  const [unmatched, ...others] = JSON.parse((await matched('list', '--json')).out);
  expect(unmatched).toMatchObject({ from: 'memory://cli-files/aep/', result: 'unmatched', count: 8 });
  expect(unmatched.names).toHaveLength(5);
  expect(others).toHaveLength(3);
});
