import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { withLocalPlaces } from '../../../local/dev/local-places.js';
import { placesText } from '../../../local/dev/places-text.js';
import { readConfig } from '../../../shared/config/read-config.js';

const folder = mkdtempSync(join(tmpdir(), 'tributary-local-'));
afterAll(() => rmSync(folder, { recursive: true }));

const config = join(folder, 'tributary.yaml');
writeFileSync(
  config,
  `audiences: { hot: hot-1 }
person: { key: [crmid] }
connections: { crm: { type: http, url: "https://crm.example.com/x" } }
rules: [{ name: r, when: { member: hot }, do: [{ upsert: crm/C, match: { Id: $key }, set: { Hot: { member: hot } } }] }]
files:
  - { name: "daily: members", from: "s3://\${BUCKET}/aep/changes/", auth: { region: eu-west-1 }, audience: hot, complete: { stable for: 10 minutes } }
  - { name: daily members, from: "sftp://aep@sftp.example.com/out", auth: { password: "secret:p" }, snapshot: true, complete: { manifest: true } }
  - { name: here, from: "file://${folder}/mine", complete: { stable for: 10 minutes } }
`,
);
const env = { BUCKET: 'acme-exports' };

test('each place is a folder of its own, in which files are called as in the place itself', async () => {
  const local = await withLocalPlaces(config, { isDemo: false }, env);
  const { files } = await readConfig(local.config, undefined, env);
  expect(local.places.map(({ name, from }) => [name, from])).toEqual([
    ['daily: members', 's3://acme-exports/aep/changes/'],
    ['daily members', 'sftp://aep@sftp.example.com/out'],
    ['here', `file://${folder}/mine`],
  ]);
  const [first, second, third] = local.places.map(({ folder: at }) => at);
  expect(first).toMatch(/\/daily-members\/aep\/changes\/$/);
  expect(second).toMatch(/\/daily-members-2\/out\/$/);
  expect(third).toBe(join(folder, 'mine'));
  expect(existsSync(first ?? '') && existsSync(second ?? '')).toBe(true);
  expect(files).toMatchObject([
    { from: expect.stringMatching(/^file:.*daily-members$/), complete: { kind: 'stable', ms: 2_000 } },
    { snapshot: { mostExits: 0.2 }, complete: { kind: 'manifest' } },
    // Whose files they are has said how long they take.
    { from: `file://${folder}/mine`, complete: { ms: 600_000 } },
  ]);
  expect(files.map(({ auth }) => auth)).toEqual([undefined, undefined, undefined]);
  await local.remove();
  expect([first, second, local.config].filter((path) => existsSync(path ?? ''))).toEqual([]);
});

test('the places of the demo stay, and a folder comes beside them', async () => {
  const local = await withLocalPlaces(config, { isDemo: true }, env);
  const { files } = JSON.parse(readFileSync(local.config, 'utf8'));
  expect(files).toHaveLength(4);
  expect(files[0]).toMatchObject({ name: 'daily: members', from: expect.stringMatching(/^s3:/) });
  expect(local.places).toEqual([
    { name: 'files of your own', from: undefined, folder: files[3].from.slice('file://'.length) },
  ]);
  await local.remove();
});

test('a file without places is run as it is, one with faults is told of as it stands', async () => {
  const plain = join(folder, 'plain.yaml');
  writeFileSync(plain, readFileSync(config, 'utf8').split('files:')[0] ?? '');
  expect(await withLocalPlaces(plain, { isDemo: false }, env)).toMatchObject({ config: plain, places: [] });
  await expect(withLocalPlaces(config, { isDemo: false }, {})).rejects.toThrow(
    /tributary\.yaml:6:\d+ config\.missing-setting/,
  );
});

test('what is said of them: where to put files, instead of what, and what does not show here', () => {
  const text = placesText([
    { name: 'daily', from: 'sftp://a@b.example.com/out', folder: '/tmp/x/daily/out/' },
  ]);
  expect(text).toContain('/tmp/x/daily/out/');
  expect(text).toContain('"daily" of files, in place of sftp://a@b.example.com/out');
  expect(text).toMatch(/No bucket and no server is asked/);
  expect(text).toContain('At the end these folders are removed');
  const own = { name: 'here', from: 'file:///home/ada/exports', folder: '/home/ada/exports' };
  expect(placesText([own])).toContain('stay as they are at the end');
  expect(placesText([own])).not.toContain('removed');
  expect(placesText([])).toBe('');
});
