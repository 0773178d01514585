import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, expect, test } from 'vitest';
import { runPlan } from '../../cli/plan.js';
import { jsonLines, type Lent, runLent } from './lent-world.js';

const folder = mkdtempSync(join(tmpdir(), 'tributary-plan-batch-'));
afterAll(() => rmSync(folder, { recursive: true }));

const WRITTEN = new Date('2026-11-02T00:00:00Z');

function file(name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  utimesSync(path, WRITTEN, WRITTEN);
  return path;
}

const HOT = '59bd2fbd-3c48-4b18-bf56-4f5c5e6967ae';

const config = file(
  'rules.yaml',
  `audiences: { hot: ${HOT} }
person: { key: [crmid] }
connections: { sales: { type: http, url: "https://crm.example.com/x" } }
rules:
  - name: contact
    when: { member: hot }
    do: [{ upsert: sales/Contact, match: { Id: $key }, set: { First: person.name.firstName, Hot: { member: hot } } }]
files:
  - name: daily members
    from: "s3://\${NOT_SET_HERE}/aep"
    match: "daily_%SEGMENT_ID%_%DATETIME%.csv"
  - name: wide
    from: s3://exports/wide
    columns: { Id: identityMap.crmid }
    decrypt: "secret:pgp"
`,
);

const plan = (args: readonly string[], lent: Lent = {}) =>
  runLent(runPlan, ['--config', config, ...args], lent);

const ROWS = 'crmid,person_name_firstName,odd\nC-1,Ada,x\nC-2,,y\n';
const NAME = `daily_${HOT}_20261101_100000.csv`;

test('a file that an entry is about is read as it says', async () => {
  const said = await plan([file(NAME, ROWS)]);
  expect(said.err).toBe(
    `note: ${join(folder, NAME)} is read as "daily members" of files\nnote: ${join(folder, NAME)}: read by no rule: the columns "odd"\n`,
  );
  expect(said.status).toBe(0);
  expect(said.out).toContain(`${NAME}:1  crmid:C-1  delivered
    upsert sales/Contact Id=C-1
      First  Ada
      Hot    true`);
  expect(said.out).toContain(`${NAME}:2  crmid:C-2  delivered`);
});

test('rows count as taken in at the time of the file, as in a deployment', async () => {
  const times = (text: string) => jsonLines(text).flatMap(({ type, at }) => (type === 'action' ? [at] : []));
  const at = '2026-11-01T10:00:00.000Z';
  expect(times((await plan(['--json', file(NAME, ROWS)])).out)).toEqual([at, at]);
  const written = await plan(['--json', '--as', 'wide', file('any.csv', `Id,ups_${HOT}\nC-1,active\n`)], {
    env: { TRIBUTARY_SECRET_PGP: 'none is needed, for the file is not encrypted' },
  });
  expect(times(written.out)).toEqual(['2026-11-02T00:00:00.000Z']);
});

test('compressed, and Parquet, which are told by their first bytes', async () => {
  expect((await plan([file(`${NAME}.gz`, gzipSync(ROWS))])).out).toContain('First  Ada');
  const parquet = parquetWriteBuffer({
    columnData: [
      { name: 'Id', data: ['C-1', 'C-2'], type: 'STRING' },
      { name: 'person_name_firstName', data: ['Ada', null], type: 'STRING' },
      { name: `ups_${HOT}`, data: ['active', 'expired'], type: 'STRING' },
    ],
  });
  const said = await plan([file('wide_20261101_100000.parquet', new Uint8Array(parquet))], {
    env: { TRIBUTARY_SECRET_PGP: 'none is needed' },
  });
  expect(said.out).toContain('First  Ada');
  expect(said.out).toContain('wide_20261101_100000.parquet:2  crmid:C-2  delivered');
});

test('a list of JSON, by the name of its folder', async () => {
  const list = JSON.stringify([
    { Id: 'C-1', person: { name: { firstName: 'Ada' } } },
    { Id: 'C-2', segmentMembership_status: 'exited' },
  ]);
  const said = await plan([file(`${HOT}/members.json`, list)], { env: { TRIBUTARY_SECRET_PGP: 'x' } });
  expect(said.out).toContain('First  Ada');
  expect(said.out).toContain('members.json:2  crmid:C-2  delivered');
  expect(said.out).toContain('Hot  false');
});

test('a row that cannot be read costs itself', async () => {
  const rows = `crmid,person_name_firstName,segmentMembership_status\nC-1,Ada,exiting\nC-2,Bea\nC-3,Cy,active\n`;
  const said = await plan([file(NAME, rows)]);
  expect(said.status).toBe(1);
  expect(said.out).toContain('decode.status');
  expect(said.out).toContain('decode.csv');
  expect(said.out).toContain('First  Cy');
});

test.each([
  ['without a key', 'name,more\nA,b\n', 'no column is known as one of person.key (crmid)'],
  ['cut off', 'crmid,person_name_firstName\nC-1,Ada\nC-2', 'cut off'],
])('a file %s is refused before any row acts', async (_, text, why) => {
  const said = await plan([file(NAME, text)]);
  expect(said.status).toBe(2);
  expect(said.out).toBe('');
  expect(said.err).toContain(`tributary plan: file.refused: ${join(folder, NAME)}: `);
  expect(said.err).toContain(why);
});

test('files of events stay what they are', async () => {
  const event = JSON.stringify({
    identityMap: { crmid: [{ id: 'C-1' }] },
    segmentMembership: {
      ups: { [HOT]: { status: 'realized', lastQualificationTime: '2026-11-01T10:00:00Z' } },
    },
  });
  const said = await plan([file('events.ndjson', `${event}\n`)]);
  expect(said).toMatchObject({ status: 0, err: '' });
  const forced = await plan(['--format', 'json', file(`x_${HOT}_20261101_100000.json`, `${event}\n`)]);
  expect(forced).toMatchObject({ status: 0, err: '' });
});

test('what is meant must be clear', async () => {
  const path = file(NAME, ROWS);
  const unknown = await plan(['--as', 'weekly', path]);
  expect(unknown).toMatchObject({ status: 2, out: '' });
  expect(unknown.err).toContain(
    '--as names an entry of files:, which are "daily members", "wide", not "weekly"',
  );
  expect((await plan(['--as', 'wide', '-'], { input: ROWS })).err).toContain('--as needs a file');
});
