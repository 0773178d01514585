import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runAdobe } from '../../cli/adobe.js';
import { runAudiences } from '../../cli/audiences.js';
import { startDoorServer } from '../../local/door-server.js';
import { assembleDoor } from '../../shared/assemble-door.js';
import { closeMemories } from '../../shared/stores/open.js';
import { runLent } from '../cli/lent-world.js';

const PLACE = 'memory:docs-adobe';
const TOKEN = 'sixteen-characters-or-more';
const env = {
  TRIBUTARY_CONFIG: 'examples/sales-follow-up/tributary.yaml',
  TRIBUTARY_STATE: PLACE,
  TRIBUTARY_PARKING: PLACE,
  TRIBUTARY_DEAD_LETTERS: PLACE,
  TRIBUTARY_DOOR_STREAM: PLACE,
  TRIBUTARY_DOOR_AUTH: 'bearer',
  TRIBUTARY_SECRET_DOOR_BEARER: TOKEN,
  TRIBUTARY_LOG_LEVEL: 'silent',
};

const folder = mkdtempSync(join(tmpdir(), 'tributary-docs-adobe-'));
let server: Awaited<ReturnType<typeof startDoorServer>> | undefined;
beforeAll(async () => {
  server = await startDoorServer(await assembleDoor(env, { checksCertificates: false }));
});
afterAll(async () => {
  await server?.close();
  closeMemories();
  rmSync(folder, { recursive: true });
});

const text = readFileSync('docs/adobe.md', 'utf8');
const commands = [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, command = '']) => command.trim());

/** What each command must say, by a part of it; the first that fits counts. */
const SAID: readonly (readonly [RegExp, RegExp])[] = [
  [/--json/, /"destination-sdk\/1-server\.json"/],
  [/--kinesis/, /kinesis\/policy\.json/],
  [/--event-hub/, /event-hubs\/rights\.sh/],
  [/--out/, /destination-sdk\/4-destination\.json/],
  [/^tributary adobe/, /^# Setting Adobe up for https:\/\/tributary\.example\.com/],
  [/--yaml/, /^audiences:\n {2}vip-customers: "59bd2fkd-/],
  [/^tributary audiences/, /^VIP customers /],
  [/health/, /"status":"ok"/],
  [/openapi/, /"openapi":"3\.1\.0"/],
  [/exports/, /"accepted":1/],
  [/schema/, /loyalty\.points/],
  [/limit=/, /"next":null/],
  [/external_id/, /"id":"aud_[0-9a-f]{24}"/],
];

async function run(command: string): Promise<string> {
  const [program, name, ...args] = command.split(/\s+/);
  if (program === 'tributary') {
    const at = args.indexOf('--out');
    const placed = args.map((arg, i) => (at >= 0 && i === at + 1 ? join(folder, arg) : arg));
    const config = ['--config', env.TRIBUTARY_CONFIG];
    const lent = { env };
    const said =
      name === 'adobe'
        ? await runLent(runAdobe, [...placed, ...config], lent)
        : await runLent(runAudiences, placed, lent);
    expect(said.status).toBe(0);
    // A memory of this process stands in for the deployment's store, and is told to be one.
    expect(said.err).toMatch(/^(?:note: TRIBUTARY_STATE is the memory of one process.*\n)?$/);
    return said.out;
  }
  const local = command.replace('https://tributary.example.com', server?.url ?? '');
  const { stdout } = await promisify(execFile)('sh', ['-c', local], { env: { ...process.env, TOKEN } });
  return stdout;
}

test('the page has commands', () => expect(commands.length).toBeGreaterThan(10));

test.each(commands)('%s', async (command) => {
  const wanted = SAID.find(([part]) => part.test(command))?.[1];
  if (!wanted) throw new Error('nothing is said here of what this command must say');
  expect(await run(command)).toMatch(wanted);
});

test('every file the page names is written', async () => {
  const { out } = await runLent(
    runAdobe,
    [
      ...[
        '--url',
        'https://tributary.example.com',
        '--config',
        env.TRIBUTARY_CONFIG,
        '--out',
        'adobe',
        '--json',
      ],
      ...[
        '--kinesis',
        'arn:aws:kinesis:eu-central-1:123456789012:stream/exports',
        '--event-hub',
        'acme-events/exports',
      ],
    ].map((arg) => (arg === 'adobe' ? join(folder, arg) : arg)),
  );
  const { files } = JSON.parse(out) as { files: Record<string, string> };
  for (const [, path = ''] of text.matchAll(/`adobe\/([\w./-]+\.\w+)`/g))
    expect(Object.keys(files)).toContain(path);
  for (const [, name = ''] of text.matchAll(/\| `(\d-[\w-]+\.json)`/g))
    expect(Object.keys(files)).toContain(`destination-sdk/${name}`);
});
