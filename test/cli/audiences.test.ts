import { afterAll, beforeAll, expect, test } from 'vitest';
import { runAudiences } from '../../cli/audiences.js';
import { openAudienceBook } from '../../shared/assemble-book.js';
import { loadRules } from '../../shared/config/load-rules.js';
import { NO_TOOLS } from '../../shared/core/tools.js';
import { closeMemories } from '../../shared/stores/open.js';
import { fakeClock } from '../support/fakes.js';
import { jsonLines, runLent } from './lent-world.js';

const env = { TRIBUTARY_STATE: 'memory:audiences' };
const audiences = (...args: readonly string[]) => runLent(runAudiences, args, { env });
const TIME = '2026-11-21T08:00:00.000Z';

beforeAll(async () => {
  const book = await openAudienceBook(env, fakeClock());
  const records = [
    { id: 'aud_1', name: 'VIP: "gold" # 1', audience: '123', sandbox: 'prod' },
    { id: 'aud_2', name: 'vip gold 1', audience: 'b-2' },
    { id: 'aud_3', name: 'Élan\u001b[2J', audience: 'c-3' },
    { id: 'aud_4', name: 'without an id of Adobe' },
    { id: 'aud_5', name: '2026', audience: 'e-5' },
  ];
  for (const record of records)
    await book.change(record.id, () => ({ ...record, created: TIME, updated: TIME }));
});
afterAll(closeMemories);

test('every audience is shown by its name, and nothing in a name can act on the terminal', async () => {
  const { status, out } = await audiences();
  expect(status).toBe(0);
  expect(out.trim().split('\n')).toHaveLength(5);
  expect(out).toContain('VIP: "gold" # 1  123  prod  2026-11-21T08:00:00.000Z  aud_1');
  expect(out).not.toContain('\u001b');
});

test('--yaml is a section that a rule file can have, with the ids as they are and no name twice', async () => {
  const { out } = await audiences('--yaml');
  const rest = 'person: { key: [crmid] }\nconnections: {}\nrules: []\n';
  const loaded = loadRules(`${out}${rest}`, 'rules.yaml', NO_TOOLS);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.findings));
  expect(loaded.file.audiences).toEqual({
    'vip-gold-1': expect.anything(),
    'vip-gold-1-2': expect.anything(),
    'elan-2j': expect.anything(),
    'audience-2026': expect.anything(),
  });
  expect(out).toContain('vip-gold-1: "123" # VIP: "gold" # 1, sandbox prod\n');
});

test('--json is the records, one a line', async () => {
  const lines = jsonLines((await audiences('--json')).out);
  expect(lines.map(({ id }) => id).sort()).toEqual(['aud_1', 'aud_2', 'aud_3', 'aud_4', 'aud_5']);
});

test('nothing registered is said, in words and in YAML', async () => {
  const none = { env: { TRIBUTARY_STATE: 'memory:none' } };
  expect((await runLent(runAudiences, [], none)).out).toBe('no audience has been registered\n');
  expect((await runLent(runAudiences, ['--yaml'], none)).out).toMatch(/^#/);
});

test('memory is told to be that of this process alone, for which nobody can have registered anything', async () => {
  const { status, err } = await audiences();
  expect(status).toBe(0);
  expect(err).toContain('memory of one process');
  expect((await audiences('--json')).err).toContain('memory of one process');
});

test('without a state the complaint gives an example of one', async () => {
  const { status, err } = await runLent(runAudiences, [], {});
  expect(status).toBe(2);
  expect(err).toContain('TRIBUTARY_STATE=dynamodb:');
  expect(err).toContain('TRIBUTARY_STATE=azure-table:');
});

test('the help appends nothing to a file that may have audiences already', async () => {
  const { out } = await audiences('--help');
  expect(out).not.toContain('>>');
  expect(out).toContain('copy the lines');
});

test.each([
  [['--sideways'], env, 'sideways'],
  [[], {}, 'TRIBUTARY_STATE'],
])('wrong use is told and answered with 2: %j', async (args, lentEnv, text) => {
  expect(await runLent(runAudiences, args, { env: lentEnv })).toMatchObject({
    status: 2,
    err: expect.stringContaining(text),
  });
});

test('--yaml tells the namespace that exports told, and an audience that is registered and seen once', async () => {
  const seenEnv = { TRIBUTARY_STATE: 'memory:seen' };
  const book = await openAudienceBook(seenEnv, fakeClock());
  const records = [
    { id: 'aud_1', name: 'VIP', audience: 'a' },
    { id: 'seen_1', name: 'vip of exports', audience: 'a', namespace: 'own', seen: true },
    { id: 'seen_2', name: 'Fans', audience: 'f', namespace: 'ups', seen: true },
  ];
  for (const record of records)
    await book.change(record.id, () => ({ ...record, created: TIME, updated: TIME }));
  const { out } = await runLent(runAudiences, ['--yaml'], { env: seenEnv });
  expect(out).toBe('audiences:\n  fans: "f" # Fans\n  vip: { id: "a", namespace: "own" } # VIP\n');
});
