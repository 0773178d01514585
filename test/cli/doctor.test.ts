import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runDoctor } from '../../cli/doctor.js';
import { jsonLines, runLent } from './lent-world.js';

/** Answers anything, so that the connections below can be reached. */
const server = createServer((_, response) => response.writeHead(204).end()).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo; // of a port
afterAll(() => void server.close());

const folder = mkdtempSync(join(tmpdir(), 'tributary-doctor-'));
afterAll(() => rmSync(folder, { recursive: true }));
const config = join(folder, 'tributary.yaml');
writeFileSync(
  config,
  `audiences: { hot: hot-1 }
person: { key: [crmid] }
connections:
  sales: { type: http, url: "http://127.0.0.1:${port}/rows", auth: { bearer: { token: "secret:crm" } } }
  idle: { type: http, url: "http://127.0.0.1:${port}/rows" }
rules:
  - name: rows
    when: { member: hot }
    do: [{ upsert: sales/Contact, match: { Id: $key }, set: { Hot: { member: hot } } }]
`,
);

const MEMORY = {
  TRIBUTARY_STATE: 'memory:doctor',
  TRIBUTARY_PARKING: 'memory:doctor',
  TRIBUTARY_DEAD_LETTERS: 'memory:doctor',
  TRIBUTARY_DOOR_STREAM: 'memory:doctor',
};
const NOWHERE =
  'AccountName=x;AccountKey=eA==;TableEndpoint=http://127.0.0.1:9/x;BlobEndpoint=http://127.0.0.1:9/x;QueueEndpoint=http://127.0.0.1:9/x';
const doctor = (args: readonly string[], env = {}) => runLent(runDoctor, [config, ...args], { env });

test('says of each part how it is, and ends with 0 when nothing is wrong', async () => {
  const { status, out } = await doctor([], { ...MEMORY, TRIBUTARY_SECRET_CRM: 'x' });
  expect(status).toBe(0);
  for (const part of ['state', 'retry queue', 'dead letters', 'stream of the door', 'connection sales'])
    expect(out).toContain(`${part}\n`);
  expect(out).toContain('memory:doctor is the memory of one process');
  expect(out).toMatch(/connection idle\n {2}warning no rule uses it/);
  expect(out).toMatch(/\n0 errors, \d+ warnings; nothing was written anywhere\n$/);
});

test('a secret that is missing is an error that names the setting, never a value', async () => {
  const { status, out } = await doctor(['--connection', 'sales'], MEMORY);
  expect(status).toBe(1);
  expect(out).toContain('config.missing-secret');
  expect(out).toContain('TRIBUTARY_SECRET_CRM');
});

test('a place that does not answer is an error; what no setting names is a warning', async () => {
  const { status, out } = await doctor(['--json'], {
    TRIBUTARY_STATE: 'azure-table:persons',
    TRIBUTARY_STATE_CONNECTION: NOWHERE,
    TRIBUTARY_SECRET_CRM: 'x',
  });
  const findings = jsonLines(out);
  expect(findings).toContainEqual(expect.objectContaining({ part: 'state', level: 'error' }));
  expect(findings).toContainEqual(
    expect.objectContaining({
      part: 'retry queue',
      level: 'warning',
      what: expect.stringContaining('TRIBUTARY_PARKING'),
    }),
  );
  expect(status).toBe(1);
});

test.each([
  [{ TRIBUTARY_DOOR_AUTH: 'oauth,beerer' }, 'TRIBUTARY_DOOR_AUTH'],
  [{ TRIBUTARY_DOOR_AUTH: 'bearer' }, 'TRIBUTARY_SECRET_DOOR_BEARER'],
  [{ TRIBUTARY_DOOR_AUTH: 'bearer', TRIBUTARY_SECRET_DOOR_BEARER: 'short' }, 'at least 20 characters'],
])('what would close the door is an error: %j', async (env, why) => {
  const { status, out } = await doctor([], { ...MEMORY, TRIBUTARY_SECRET_CRM: 'x', ...env });
  expect(status).toBe(1);
  expect(out).toMatch(/authentication of the door\n {2}error/);
  expect(out).toContain(why);
  expect(out).not.toContain('short');
});

test('the rule file is that of the deployment unless another is named', async () => {
  const env = { ...MEMORY, TRIBUTARY_SECRET_CRM: 'x', TRIBUTARY_CONFIG: config };
  const { status, out } = await runLent(runDoctor, [], { env });
  expect([status, out]).toEqual([0, expect.stringContaining('connection sales')]);
  const named = await runLent(runDoctor, [config], { env: { ...env, TRIBUTARY_CONFIG: 'nowhere.yaml' } });
  expect(named.status).toBe(0);
});

test('wrong words, an unknown connection and a file with faults are wrong use', async () => {
  expect((await doctor(['--seconds', '0'])).status).toBe(2);
  expect((await doctor(['second.yaml'])).status).toBe(2);
  const unknown = await doctor(['--connection', 'slaes']);
  expect([unknown.status, unknown.err]).toEqual([2, expect.stringContaining('it has sales, idle')]);
  const bad = join(folder, 'bad.yaml');
  writeFileSync(bad, 'rules: 7');
  const faulty = await runLent(runDoctor, [bad]);
  expect([faulty.status, faulty.err]).toEqual([2, expect.stringContaining('bad.yaml:1:')]);
});

test('--help names every option', async () => {
  const { status, out } = await runLent(runDoctor, ['--help']);
  expect(status).toBe(0);
  for (const option of ['--config', '--connection', '--seconds', '--functions', '--json'])
    expect(out).toContain(option);
});

test('holds the settings against the table: misspelt, wrong, missing, secrets in plain text', async () => {
  const { status, out } = await doctor(['--json'], {
    ...MEMORY,
    TRIBUTARY_PARKING_ATEMPTS: '3',
    TRIBUTARY_STATE_TTL_DAYS: 'soon',
    TRIBUTARY_SECRET_CRM: 'S3CRET',
  });
  const told = jsonLines(out).filter(({ part }) => part === 'settings');
  expect(status).toBe(1);
  expect(told.map(({ level, what }) => `${level} ${what}`)).toEqual([
    expect.stringMatching(/^warning TRIBUTARY_DOOR_AUTH: is not set \(for example oauth/),
    expect.stringMatching(/^warning TRIBUTARY_PARKING_ATEMPTS: .*did you mean TRIBUTARY_PARKING_ATTEMPTS/),
    expect.stringMatching(/^error TRIBUTARY_STATE_TTL_DAYS: .*for example 400/),
    'warning TRIBUTARY_SECRET_CRM: holds a secret in plain text',
  ]);
  expect(out).not.toContain('S3CRET');
});

test('a connection that names a secret is looked at with the secret', async () => {
  const env = {
    TRIBUTARY_STATE: 'azure-table:persons',
    TRIBUTARY_STATE_CONNECTION: 'secret:state',
    TRIBUTARY_SECRET_CRM: 'x',
  };
  const of = async (more: object): Promise<unknown> =>
    jsonLines((await doctor(['--json'], { ...env, ...more })).out).find(({ part }) => part === 'state');
  expect(await of({})).toMatchObject({ what: expect.stringContaining('TRIBUTARY_SECRET_STATE') });
  expect(await of({ TRIBUTARY_SECRET_STATE: 'https://127.0.0.1:9/x?sv=1&sig=x' })).toMatchObject({
    what: expect.stringContaining('store.unavailable'),
  });
});
