import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { judgePackaging, type Packaging } from '../../build/before-package.js';
import { packRules } from '../../build/rules.js';
import { secretsNeeded } from '../../build/rules-need.js';
import { makePackage, type Packaged, ROOT } from './packaged.js';

const RULES = `audiences: { hot: hot-1 }
person: { key: [crmid] }
connections:
  sales: { type: http, url: "https://\${SALES_HOST}/rows", auth: { bearer: { token: "secret:crm" } } }
rules:
  - name: rows
    when: { member: hot }
    do: [{ upsert: sales/Contact, match: { Id: $key }, set: { Hot: { member: hot } } }]
`;

let packaged: Packaged;
let config: string;
beforeAll(async () => {
  packaged = await makePackage('examples/sales-follow-up/tributary.yaml');
  config = join(packaged.folder, 'tributary.yaml');
  await writeFile(config, RULES);
  await packRules(ROOT, { config }, packaged.folder);
});
afterAll(() => packaged.remove());

const judged = (more: Partial<Packaging> = {}) =>
  judgePackaging({
    folder: packaged.folder,
    stage: 'prod',
    functions: { door: { SALES_HOST: 'sales.example.com', TRIBUTARY_DOOR_AUTH: 'oauth' } },
    given: { alarmEmail: 'ops@acme.example' },
    letters: 'acme-letters',
    ...more,
  });

/** What osls itself says when it refuses. */
const refusal = (...params: string[]): Promise<string> =>
  packaged.package('dev', ...params).then(
    () => 'nothing',
    (error: { stdout?: string; stderr?: string }) => `${error.stdout}${error.stderr}`,
  );

test('what fits is packaged, and the secrets it reads are named', async () => {
  expect(await judged()).toEqual({
    faults: [],
    notes: [
      'secrets that this deployment reads: tributary/prod/crm, tributary/prod/door-clients, tributary/prod/door-keys',
    ],
  });
  expect((await judged({ given: {} })).notes.join()).toContain('nobody is told of alarms');
  expect(secretsNeeded({}, 'basic,mtls')).toEqual(['door-basic']);
});

test('a setting that the rule file names and no function has stops osls', async () => {
  expect((await judged({ functions: { door: { SALES_HOST: '' } } })).faults).toEqual([
    expect.stringMatching(
      /^connections\.sales\.url: the setting SALES_HOST is not set.*provider\.environment/,
    ),
  ]);
  expect(await refusal()).toMatch(/not packaged:\s+connections\.sales\.url: the setting SALES_HOST/);
});

test('rules that are older than their file, or of another, stop it', async () => {
  await writeFile(config, `${RULES}# changed\n`);
  expect((await judged()).faults).toEqual([
    expect.stringMatching(/tributary\.yaml has changed.*npm run build:aws/),
  ]);
  expect(await refusal()).toContain('has changed since dist/rules was made: npm run build:aws');
  await rm(config); // elsewhere nobody can tell
  expect((await judged()).faults).toEqual([]);
  await writeFile(config, RULES);
});

test('without the build, or a part of it, it says which command makes it', async () => {
  const [rules, away] = [join(packaged.folder, 'dist/rules'), join(packaged.folder, 'dist/away')];
  await rename(rules, away);
  expect((await judged()).faults).toEqual([
    'dist/rules/tributary.json, dist/rules/built.json is missing: npm run build:aws makes it',
  ]);
  expect(await refusal()).toContain('is missing: npm run build:aws');
  await rename(away, rules);
  const dist = join(packaged.folder, 'dist');
  await rename(dist, `${dist}-away`);
  expect(await refusal()).toContain('npm run build:aws first');
  await rename(`${dist}-away`, dist);
});

describe('names that AWS would refuse, or nobody would notice, stop it', () => {
  test.each<[Record<string, string>, RegExp]>([
    [{ existingStrem: 'x' }, /no parameter named "existingStrem".*"existingStream"/],
    [{ existingStream: 'arn:aws:kinesis:eu-central-1:1:stream/x' }, /existingStream must be the name/],
    [{ existingKey: 'alias/x' }, /existingKey must be the ARN/],
    [{ exportsBucket: 'Acme_Exports' }, /exportsBucket must be the name of a bucket/],
    [{ exportsBucket: 's3://acme' }, /exportsBucket must be/],
    [{ rejectedPercent: '101' }, /rejectedPercent must be a number from 1 to 100/],
    [{ existingQueues: 'no' }, /existingQueues must be yes, or left out/],
    [{ existingLogKey: 'false' }, /existingLogKey must be yes, or left out/],
    [{ tracing: 'active' }, /tracing must be Active or PassThrough/],
    [{ alarmEmail: 'ops' }, /alarmEmail must be/],
    [{ alarmEmail: 'operations@example.com' }, /nobody reads operations@example\.com/],
  ])('%j', async (given, said) => {
    expect((await judged({ given })).faults.join('\n')).toMatch(said);
  });

  test('the bucket for letters, and all at once', async () => {
    const { faults } = await judged({ letters: 'a..b', given: { existingStrem: 'x', existingTable: '!' } });
    expect(faults).toHaveLength(3);
    expect(await refusal('existingStrem=x')).toContain('no parameter named "existingStrem"');
  });

  test('every parameter of the documentation is known', async () => {
    const page = await readFile(join(ROOT, 'docs/deploy-aws.md'), 'utf8');
    const [, table = ''] = /\| `--param` \|.*\n\|.*\n((?:\|.*\n)+)/.exec(page) ?? [];
    const named = table.split('\n').flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)]);
    expect(named.length).toBeGreaterThan(10);
    const given = Object.fromEntries(named.map(([, name = '']) => [name, '']));
    expect((await judged({ given })).faults).toEqual([]);
  });
});
