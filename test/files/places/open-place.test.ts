import { expect, test } from 'vitest';
import { addressIn } from '../../../shared/files/places/address.js';
import { openPlace } from '../../../shared/files/places/open-place.js';
import { faultOf } from '../../contracts/file-place-steps.js';
import { fakeClock } from '../../support/fakes.js';
import { placeFindings } from './place-findings.js';

const SAS = 'https://acme.blob.core.windows.net/exports?sv=2026&sig=hush';

const opened = (from: string, auth: unknown, secret = 'hush') => {
  const logged: string[] = [];
  const log = { write: (_: string, event: string) => void logged.push(event) };
  const deps = { secrets: { get: async () => secret }, clock: fakeClock(), log, random: () => 0.5 };
  return { place: openPlace(from, auth, deps), logged };
};

test.each([
  ['s3://exports/aep', { kind: 's3', root: 'exports', prefix: 'aep/' }],
  ['s3://exports', { kind: 's3', root: 'exports', prefix: '' }],
  ['blob://exports/a b/', { kind: 'blob', root: 'exports', prefix: 'a b/' }],
  ['gcs://acme.exports_1/x/', { kind: 'gcs', root: 'acme.exports_1', prefix: 'x/' }],
  ['sftp://me@h', { kind: 'sftp', user: 'me', host: 'h', port: 22, prefix: '' }],
  [
    'sftp://me@acme.com@[::1]:2222/out',
    { kind: 'sftp', user: 'me@acme.com', host: '::1', port: 2222, prefix: 'out/' },
  ],
  ['file:///tmp/x', { kind: 'file', path: '/tmp/x' }],
])('%s is taken apart', (from, address) => {
  expect(addressIn(from)).toEqual({ ok: true, value: address });
});

test.each([
  's3://',
  's3://Upper/x',
  's3://exports/../other',
  's3://exports//x',
  'https://exports/x',
  'blob://a--b/',
  'sftp://host/out',
  'sftp://me@host:70000/',
  'sftp://me@host/out/../../etc',
  'dlz://',
])('%s is no place', (from) => {
  expect(placeFindings(from, {})).toMatchObject([{ path: ['from'] }]);
});

test('a password in an address is refused and not repeated', () => {
  const [finding] = placeFindings('sftp://me:pass-word@host/out', {});
  expect(finding?.message).toContain('write auth: { password');
  expect(finding?.message).not.toContain('pass-word');
});

test.each([
  ['s3://exports', { accessKey: { id: 'AKIA', secret: 'secret:x' } }, ['auth', 'accessKey', 'id']],
  ['blob://exports', { sas: 'secret:a', connection: 'secret:b' }, ['auth']],
  ['blob://exports', { account: 'http://acme.example.com' }, ['auth', 'account']],
  ['blob://exports', { account: 'https://169.254.169.254' }, ['auth', 'account']],
  ['sftp://me@host/', {}, ['auth']],
  ['sftp://me@host/', { password: 'secret:x', hostKey: 'aa:bb' }, ['auth', 'hostKey']],
  ['gcs://exports', {}, ['auth', 'serviceAccount']],
  ['dlz://dlz-destination', { clientId: 'plain' }, ['auth', 'clientId']],
])('%s with %o is found fault with', (from, auth, path) => {
  expect(placeFindings(from, auth).map((finding) => finding.path)).toContainEqual(path);
});

test.each([
  ['blob://exports', { sas: 'secret:sas' }, 'https://acme.blob.core.windows.net/exports?sv=1'],
  ['blob://exports', { sas: 'secret:sas' }, SAS.replace('/exports', '/others')],
  ['blob://exports', { connection: 'secret:sas' }, 'AccountName=hush'],
  ['sftp://me@host/', { privateKey: 'secret:key' }, 'hush'],
])('a secret that is not what it should be is not repeated: %s %o', async (from, auth, secret) => {
  const fault = await faultOf(opened(from, auth, secret).place);
  expect(fault).toMatchObject({ code: 'config.invalid' });
  expect(fault.message).not.toContain('hush');
});

test('blobs without an account need the setting of the deployment', async () => {
  const fault = await faultOf(opened('blob://exports', {}).place);
  expect(fault).toMatchObject({ code: 'config.missing-setting' });
  expect(fault.message).toContain('TRIBUTARY_STORAGE_CONNECTION');
});

test('a signature that ends within a week is told of', async () => {
  const ends = (days: number) => new Date(fakeClock().now() + days * 86_400_000).toISOString();
  for (const [days, events] of [
    [6, ['place.access-ends']],
    [8, []],
  ] as const) {
    const { place, logged } = opened(
      'blob://exports',
      { sas: 'secret:sas' },
      `${SAS}&se=${encodeURIComponent(ends(days))}`,
    );
    await (await place).close();
    expect(logged).toEqual(events);
  }
});

test('the identity of the function is signed in with when an account is named, and nothing is asked yet', async () => {
  const { place } = opened('blob://exports/aep', { account: 'https://acme.blob.core.windows.net' });
  expect((await place).from).toBe('blob://exports/aep');
  await (await place).close();
});
