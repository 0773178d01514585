import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { fileSchema } from '../../shared/config/json-schema.js';
import { configOf, faultsOf, fileOf, ref } from './rule-file.js';

/** A file whose `files:` begin at line 11. */
const withFiles = (...entries: readonly string[]): string =>
  `${fileOf()}files:\n${entries.map((entry) => `  - ${entry.trim().replaceAll('\n', '\n    ')}\n`).join('')}`;

const S3 = 'name: daily\nfrom: s3://exports/aep/';

const EVERY = `
name: daily members
from: sftp://aep@files.example.com:22/out
auth:
  password: "secret:sftp"
  privateKey: "secret:sftp-key"
  passphrase: "secret:sftp-phrase"
  hostKey: "SHA256:${'a'.repeat(43)}"
match: "%SEGMENT_NAME%/%DESTINATION%_%SEGMENT_ID%_%DATETIME%.csv"
format: csv
csv: { delimiter: tab, quote: none, escape: "\\\\", quoteEscape: "\\\\", nullValue: "NULL", emptyValue: '""', encoding: utf-16le, header: [a, b], trim: true }
decrypt: [{ key: "secret:pgp", passphrase: "secret:pgp-phrase" }, "secret:pgp-before"]
audience: hot
columns:
  Email: identityMap.Email
  points: { to: loyalty.points, as: number }
  tags: { to: tags, as: json }
  state: status
  changed: time
  old: segmentMembership.ups.hot-1.status
  junk: ignore
snapshot: { most exits: 12.5% }
complete: { manifest: true }`;

test('every member is read', () => {
  const [daily] = configOf(withFiles(EVERY)).files;
  expect(daily).toMatchObject({
    name: 'daily members',
    from: 'sftp://aep@files.example.com:22/out',
    auth: { password: 'secret:sftp' },
    csv: { delimiter: '\t', quote: '', nullValue: 'NULL', header: ['a', 'b'] },
    decrypt: [{ key: 'secret:pgp', passphrase: 'secret:pgp-phrase' }, { key: 'secret:pgp-before' }],
    audience: 'hot',
    columns: {
      Email: { to: 'identityMap.Email' },
      points: { to: 'loyalty.points', as: 'number' },
      junk: { to: 'ignore' },
    },
    snapshot: { mostExits: 0.125 },
    complete: { kind: 'manifest' },
  });
});

test('the published schema takes it, too', () => {
  const validate = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile(fileSchema());
  expect({ valid: validate(parse(withFiles(EVERY, S3))), errors: validate.errors }).toEqual({
    valid: true,
    errors: null,
  });
  expect(validate(parse(withFiles(`${S3}\nfromat: csv`)))).toBe(false);
});

test('a name and a place are enough', () => {
  expect(configOf(withFiles(S3)).files).toEqual([
    { name: 'daily', from: 's3://exports/aep/', columns: {}, complete: { kind: 'stable', ms: 300_000 } },
  ]);
});

test('a setting may stand for a part of the place, and what it stands for is looked at', () => {
  const text = withFiles(`name: daily\nfrom: s3://${ref('BUCKET')}/aep/`);
  expect(configOf(text, { BUCKET: 'exports' }).files[0]?.from).toBe('s3://exports/aep/');
  expect(faultsOf(text)).toEqual([
    expect.stringMatching(/^f\.yaml:13:5 config\.missing-setting files\[0\]\.from: the setting BUCKET/),
  ]);
  expect(faultsOf(text, { BUCKET: 'Not A Bucket' })).toEqual([
    'f.yaml:13:5 config.invalid files[0].from: "Not A Bucket" in "from" is no name of a bucket or container of s3://: it holds "N", " ", "A", "B", and only small letters, digits, "." and "-" may be in it',
  ]);
});

test.each([
  ['blob://exports/aep', ''],
  ['blob://exports', 'auth: { account: "https://acme.blob.core.windows.net" }'],
  ['gcs://acme_exports/aep/', 'auth: { serviceAccount: "secret:gcs" }'],
  [
    'dlz://dlz-destination/',
    'auth: { clientId: "secret:i", clientSecret: "secret:c", organization: "A@AdobeOrg" }',
  ],
])('%s is a place %s', (from, auth) => {
  expect(faultsOf(withFiles(`name: a\nfrom: ${from}\n${auth}`))).toEqual([]);
});

test.each([
  ['no place', 'name: a', '12:5 config.invalid files[0].from: is missing; it must be a text'],
  [
    'a slip',
    `${S3}\nmach: "*"`,
    '14:5 config.invalid files[0].mach: is not known here; did you mean "match"?',
  ],
  [
    'a place nobody knows',
    'name: a\nfrom: ftp://host/x',
    '13:5 config.invalid files[0].from: "from" must be one of s3://',
  ],
  [
    'a way up',
    'name: a\nfrom: s3://exports/../x',
    '13:5 config.invalid files[0].from: the prefix in "from" must not hold',
  ],
  [
    'a password in the place',
    'name: a\nfrom: sftp://u:pass1@host.example.com/x',
    '13:5 config.invalid files[0].from: must not hold the password; write auth',
  ],
  [
    'the auth of another place',
    `${S3}\nauth: { hostKey: "SHA256:${'a'.repeat(43)}" }`,
    '14:13 config.invalid files[0].auth.hostKey: is not known here; known are',
  ],
  [
    'a secret that is none',
    `${S3}\ndecrypt: hunter2`,
    '14:5 config.invalid files[0].decrypt: must be a reference such as "secret:',
  ],
  [
    'a macro nobody knows',
    `${S3}\nmatch: "%SEGMENTID%.csv"`,
    '14:5 config.invalid files[0].match: there is no macro "%SEGMENTID%"; did you mean "SEGMENT_ID"?',
  ],
  [
    'two times in a name',
    `${S3}\nmatch: "%DATETIME%_%TIMESTAMP%"`,
    '14:5 config.invalid files[0].match: must have %DATETIME% or %TIMESTAMP%, not both',
  ],
  [
    'a name that leads up',
    `${S3}\nmatch: "../%SEGMENT_ID%"`,
    '14:5 config.invalid files[0].match: must be a name such as',
  ],
  [
    'an audience nobody declares',
    `${S3}\naudience: hto`,
    '14:5 config.unknown-name files[0].audience: there is no audience named "hto"; did you mean "hot"?',
  ],
  [
    'a cast nobody knows',
    `${S3}\ncolumns: { p: { to: a.b, as: numbr } }`,
    '14:30 config.invalid files[0].columns.p.as: must be one of',
  ],
  [
    'a path that is none',
    `${S3}\ncolumns: { p: "a..b" }`,
    '14:16 config.invalid files[0].columns.p: must be',
  ],
  [
    'a hostile path',
    `${S3}\ncolumns: { p: a.__proto__.b }`,
    '14:16 config.invalid files[0].columns.p: must be',
  ],
  [
    'a share that is none',
    `${S3}\nsnapshot: { most exits: 0.2 }`,
    '14:17 config.invalid files[0].snapshot.most exits:',
  ],
  [
    'more than all',
    `${S3}\nsnapshot: { most exits: 100.5% }`,
    '14:17 config.invalid files[0].snapshot.most exits: must be at most 100%',
  ],
  [
    'a time that is none',
    `${S3}\ncomplete: { stable for: soon }`,
    '14:17 config.invalid files[0].complete.stable for: must be a time with its unit, such as 5 minutes',
  ],
  [
    'a time without its unit',
    `${S3}\ncomplete: { stable for: 5 }`,
    '14:17 config.invalid files[0].complete.stable for: must be a time with its unit, such as 5 minutes',
  ],
  [
    'a share that is missing',
    `${S3}\nsnapshot: {}`,
    '14:5 config.invalid files[0].snapshot.most exits: is missing; it must be a share such as 20%',
  ],
  [
    'a bucket with too short a name',
    'name: a\nfrom: s3://ab/x',
    '"ab" in "from" is no name of a bucket or container of s3://: it has 2 characters, and there must be 3 to 63',
  ],
  [
    'a container with a hyphen at its end',
    'name: a\nfrom: blob://ab-/x',
    'of blob://: it must begin and end with a letter or a digit',
  ],
])('%s is told with its place', (_, entry, told) => {
  const faults = faultsOf(withFiles(entry));
  expect(faults).toHaveLength(1);
  expect(faults[0]).toContain(told);
});

test('an entry without a name is looked at all the same, and so are the others', () => {
  const faults = faultsOf(withFiles('from: s3://exports/x\nmach: "*"', `${S3}\nfromat: csv`));
  expect(faults.map((fault) => fault.replace(/; .*$/, ''))).toEqual([
    'f.yaml:12:5 config.invalid files[0].name: is missing',
    'f.yaml:13:5 config.invalid files[0].mach: is not known here',
    'f.yaml:16:5 config.invalid files[1].fromat: is not known here',
  ]);
});

test('a fault of one entry hides none of another, and a name comes once', () => {
  const faults = faultsOf(withFiles(`${S3}\naudience: hto`, S3, 'name: b\nfrom: s3://x'));
  expect(faults.map((fault) => fault.replace(/: .*$/, ''))).toEqual([
    'f.yaml:14:5 config.unknown-name files[0].audience',
    'f.yaml:15:5 config.invalid files[1].name',
    'f.yaml:18:5 config.invalid files[2].from',
  ]);
});
