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
  [
    'of which no row can be read',
    'crmid,segmentMembership_status\nC-1,undecided\nC-2,unsure\n',
    'none of its 2 rows can be read, the first one because: ',
  ],
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
    '--as names an entry of files:, which are "daily members" (s3://\x24{NOT_SET_HERE}/aep), "wide" (s3://exports/wide), not "weekly"',
  );
  expect((await plan(['--as', 'wide', '-'], { input: ROWS })).err).toContain('--as needs a file');
});

/** Two entries that only their folders tell apart; the second one's files are full exports. */
const folders = file(
  'folders.yaml',
  `audiences: { hot: ${HOT}, vip: vip-1 }
person: { key: [crmid, email] }
connections: { sales: { type: http, url: "https://crm.example.com/x" } }
rules:
  - name: contact
    when: { member: hot }
    do: [{ upsert: sales/Contact, match: { Id: $key }, set: { Hot: { member: hot } } }]
  - name: gone
    when: { left: hot }
    do: [{ send: sales/Note, set: { text: { value: left } } }]
files:
  - { name: changes, from: s3://exports/aep/changes/, audience: vip }
  - { name: nightly, from: s3://exports/aep/nightly/, audience: hot, snapshot: { most exits: 50% } }
`,
);
const planned = (...args: readonly string[]) => runLent(runPlan, ['--config', folders, ...args]);

test('of entries that are about any name the folders decide', async () => {
  const here = await planned(file('changes/a_20261101_100000.csv', 'crmid\nC-1\n'));
  expect(here.err).toContain('is read as "changes" of files');
  const there = await planned(file('x/aep/nightly/more/a_20261101_100000.csv', 'crmid\nC-1\n'));
  expect(there.err).toContain('is read as "nightly" of files');
  const nowhere = await planned(file('b_20261101_100000.csv', 'crmid\nC-1\n'));
  expect(nowhere.status).toBe(2);
  expect(nowhere.err).toContain(
    'may belong to several entries of files:, "changes" (s3://exports/aep/changes/), "nightly" (s3://exports/aep/nightly/); say which with --as NAME, or put it into a folder',
  );
  const any = await planned(file('exports/aep/changes/any.csv', 'crmid\nC-1\n'));
  expect(any.err).toContain('any.csv is read as "changes" of files');
});

test('a CSV that no entry is about is no events unless that is said', async () => {
  const any = file('any.csv', 'identityMap.crmid\nC-1\n');
  const refused = await planned(any);
  expect(refused).toMatchObject({ status: 2, out: '' });
  expect(refused.err).toContain(
    `no entry of files: is about ${any}, by its name or its folder; --as NAME reads it`,
  );
  expect(await planned('--format', 'csv', any)).toMatchObject({ status: 0, err: '' });
});

test('a folder of this machine is known by itself, with every file in it but ours', async () => {
  const rows = file('here/in/other.csv', 'crmid\nC-1\n');
  file('here/in/manifest-1.json', '[]');
  const own = file(
    'own.yaml',
    `audiences: { hot: ${HOT} }
person: { key: [crmid] }
connections: {}
rules: []
files: [{ name: own, from: "file://${join(folder, 'here/in')}", audience: hot }]
`,
  );
  const run = (path: string) => runLent(runPlan, ['--config', own, path]);
  expect((await run(rows)).err).toContain('other.csv is read as "own" of files');
  expect((await run(join(folder, 'here/in/manifest-1.json'))).err).not.toContain('is read as');
  expect((await run(file('here/inside/other.csv', 'crmid\nC-1\n'))).status).toBe(2);
});

const FIRST = file('nightly/n_20261101_000000.csv', 'crmid,email\nC-1,\nC-2,\nC-3,c@example.com\nC-4,\n');
const SECOND = file('nightly/n_20261102_000000.csv', 'crmid,email\nC-1,\n,c@example.com\nC-5,\n');

test('a full export shows who leaves by it, against the one before', async () => {
  const said = await planned('--previous', FIRST, SECOND);
  expect(said.status).toBe(0);
  expect(said.err).toContain(`note: 2 of 4 members of ${FIRST} are missing in ${SECOND}; they leave\n`);
  // Who is in both stays as they are, known by another id or not; whoever is missing has left.
  expect(said.out).not.toContain('crmid:C-1');
  expect(said.out).not.toContain('n_20261101');
  expect(said.out).toContain(
    `${SECOND}: missing  crmid:C-2  delivered\n    upsert sales/Contact Id=C-2\n      Hot  false`,
  );
  expect(said.out).toContain('send sales/Note');
  expect(said.out).toMatch(/ {2}crmid:C-5 {2}delivered\n.*\n {6}Hot {2}true/);
  const lines = jsonLines((await planned('--json', '--previous', FIRST, SECOND)).out);
  expect(lines.filter(({ missing }) => missing).map(({ at, person }) => [at, person])).toEqual(
    ['C-2', 'C-2', 'C-4', 'C-4'].map((id) => ['2026-11-01T23:59:59.999Z', `crmid:${id}`]),
  );
});

test('full exports one after another are compared with each other', async () => {
  const both = await planned('--summary', FIRST, SECOND);
  expect(both.err).toContain(`${FIRST} is a full export (snapshot)`);
  expect(both.err).toContain('2 of 4 members');
  expect(both.out).toMatch(/gone +2\n/);
  const wrong = await planned(SECOND, FIRST);
  expect(wrong).toMatchObject({ status: 2 });
  expect(wrong.err).toContain('give full exports in the order of their times');
});

test('without the one before it is said that nobody can be seen to have left', async () => {
  const alone = await planned('--summary', SECOND);
  expect(alone.err).toContain('that shows only against the one before it; give that with --previous FILE');
});

test('parts are one export, and so many exits would wait for somebody', async () => {
  const [one, two] = [
    file('nightly/n_20261103_000000.csv', 'crmid\nC-1\n'),
    file('nightly/n_20261103_000000_2.csv', 'crmid\nC-2\n'),
  ];
  const parts = await planned('--previous', FIRST, one, two);
  expect(parts.err).toContain('2 of 4 members');
  expect(parts.err).toContain('they leave');
  const half = await planned('--previous', FIRST, one);
  expect(half.err).toMatch(
    /3 of 4 members .* are missing in .*; 3 of 4 members of the audience hot are missing, 75% and so more than the 50% of "most exits": nobody is taken out before somebody says so/,
  );
  expect(half.out).toContain(': missing  crmid:C-4  delivered');
  const sums = await planned('--summary', '--json', '--previous', FIRST, one);
  expect(sums.status).toBe(1);
  expect(jsonLines(sums.out)).toMatchObject([{ exitsWaiting: 3 }]);
  expect(parts.status).toBe(0);
});

test('what is no full export is nothing to compare with', async () => {
  const said = await planned('--previous', file('changes/a_20261101_100000.csv', 'crmid\nC-1\n'), SECOND);
  expect(said.status).toBe(2);
  expect(said.err).toContain('--previous takes full exports');
});
