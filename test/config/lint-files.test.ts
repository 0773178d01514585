import { expect, test } from 'vitest';
import { findingsOf } from './checked.js';

const HEAD = `audiences: { hot: hot-1, vip: { id: vip-1, namespace: Upload } }
person: { key: [crmid, personalEmail.address] }
connections: { crm: { type: http, url: "https://crm.example.com/x" } }
rules: [{ name: r, when: { member: hot }, do: [{ upsert: crm/C, match: { Id: $key }, set: { A: person.name.lastName, B: "tags[0]" } }] }]
files:
`;

/** What check finds of these entries, which begin at line 6. */
const found = (...entries: readonly string[]) =>
  findingsOf(
    HEAD + entries.map((entry, i) => `  - { name: f${i}, ${entry} }\n`).join(''),
    /^(?:check\.file|config)/,
  );

const S3 = 'from: s3://exports/aep/';

test('nothing is said of entries that are fine', async () => {
  expect(
    await found(
      `${S3}, columns: { Id: identityMap.CRMID, Mail: personalEmail.address, last: person.name.lastName, all: tags, v: segmentMembership.Upload.vip-1, x: ignore, s: status, t: time }`,
      `from: s3://exports/more/, snapshot: true, csv: { header: [crmid, person_name_lastName, tags, personalEmail_address] }`,
      `from: s3://third/aep/, match: "a_%SEGMENT_ID%.csv"`,
      `from: s3://third/aep/, match: "b_*"`,
      `from: s3://third/other/`,
      `from: gcs://third/aep/, auth: { serviceAccount: "secret:g" }`,
      `from: "sftp://u@h.example.com/aep", auth: { password: "secret:p", hostKey: "SHA256:${'a'.repeat(43)}" }`,
    ),
  ).toEqual([]);
});

test.each([
  ['last: person.name.lastNam', 'no rule reads person.name.lastNam'],
  ['Id: identityMap.Phone', '"Phone" is no key of person.key, and no rule reads it'],
  ['v: segmentMembership.ups.vip-1', 'the audience ups/vip-1 is not declared'],
])('%s reaches no rule', async (column, why) => {
  expect(await found(`${S3}, columns: { ${column} }`)).toEqual([
    expect.stringMatching(
      new RegExp(`^6:\\d+ check\\.file-columns files\\[0\\]\\.columns\\.\\w+: nothing comes of it: ${why}$`),
    ),
  ]);
});

test('two columns about one thing', async () => {
  expect(
    await found(`${S3}, columns: { a: status, b: status, c: identityMap.crmid, d: identityMap.crmid }`),
  ).toEqual([
    '6:64 check.file-columns files[0].columns.b: is about status, and so is "a": a file that has both is refused',
  ]);
});

test('columns that are all known hold no key, or not all that rules read', async () => {
  expect(await found(`${S3}, csv: { header: [Id, last] }`)).toEqual([
    '6:49 check.file-unsupplied files[0].csv.header: none of these columns is a key of person.key (crmid, personalEmail.address): every such file is refused; say under columns which one is',
  ]);
  expect(await found(`${S3}, csv: { header: [crmid, tags] }`)).toEqual([
    '6:49 check.file-unsupplied files[0].csv.header: rules read what no column holds: person.name.lastName, personalEmail.address',
  ]);
});

test('a full export with a status, and the same files twice', async () => {
  expect(await found(`${S3}, columns: { state: status }, snapshot: true`, S3)).toEqual([
    '6:70 check.file-snapshot files[0].snapshot: "state" is a status, as incremental exports have it, and those hold only who changed: everybody else would count as gone; leave snapshot out, or the status if it is a full export',
    '7:17 check.file-overlap files[1].from: means the same files as "f0": each would be worked twice (line 6)',
  ]);
});

test.each([
  ['from: s3://exports/aep/sub/', 'aep/sub/export.csv'],
  ['from: s3://exports/', 'aep/export.csv'],
  [`${S3}, match: "a_%SEGMENT_ID%*"`, 'aep/a_59bd2fbd-3c48-4b18-bf56-4f5c5e6967aex'],
  [`${S3}, match: "vip/%DATETIME%.csv"`, 'aep/vip/20260101_000000.csv'],
])('some of the same files: %s', async (entry, name) => {
  expect(await found(S3, entry)).toEqual([
    `7:17 check.file-overlap files[1].from: means files that "f0" means, too, such as "${name}": each would be worked twice; tell them apart by their folders, or by "match" (line 6)`,
  ]);
});

test('names that one match takes and another one, too', async () => {
  expect(await found(`${S3}, match: "*.csv"`, `${S3}, match: "Acme_%DATETIME%.csv"`)).toEqual([
    expect.stringContaining('such as "aep/Acme_20260101_000000.csv"'),
  ]);
});

test('a server whose key is not pinned, and what is said of CSV about other files', async () => {
  expect(
    await found(
      'from: "sftp://u@h.example.com/x", auth: { password: "secret:p" }',
      `${S3}, format: json, csv: { delimiter: ";" }`,
      `${S3}x/, format: csv, csv: { delimiter: ";" }`.replace('exports', 'third'),
    ),
  ).toEqual([
    expect.stringMatching(
      /^6:\d+ check\.file-host-key files\[0\]\.auth: has no hostKey, and without it nothing/,
    ),
    expect.stringMatching(/^7:\d+ check\.file-unused files\[1\]\.csv: says how CSV is written, .* are json/),
  ]);
});

test('the place is that in the file, whatever was left out before it', async () => {
  expect(await found('from: nowhere', `${S3}, columns: { last: person.name.lastNam }`)).toEqual([
    expect.stringContaining('6:17 config.invalid files[0].from'),
    expect.stringContaining('7:53 check.file-columns files[1].columns.last'),
  ]);
});
