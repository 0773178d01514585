import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import type { DoorRequest } from '../../shared/door/request.js';

/** Stands in bodies, headers and paths; nothing of it may come back or reach a log. */
export const MARKER = 'ZZLEAKZZ';

const NAMES = [
  'profiles',
  'identityMap',
  'segmentMembership',
  'attributes',
  'identities',
  'AEPSegments',
  'AdobeExperiencePlatformSegments',
  'add',
  'remove',
  'audienceId',
  'audienceNamespace',
  'audienceStatus',
  'status',
  'lastQualificationTime',
  'ups',
  'email',
  'crmid',
  'id',
  'xdm:id',
  'type',
  'value',
  'primary',
  '_tributary',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'length',
  'toJSON',
  'then',
  '',
  MARKER,
];

const text = fc.oneof(
  fc.constantFrom(
    'realized',
    'exited',
    'ups',
    MARKER,
    '',
    ' ',
    '2026-01-02T03:04:05Z',
    'ECID-Z3i2t',
    '\ud800',
    '\0',
    '💥',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

const { value: json } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    fc.constantFrom(null, true, 0, -1, 1e308, Number.MAX_SAFE_INTEGER + 1, 1648553325000),
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.constantFrom(...NAMES), tie('value')), { maxLength: 5 })
      .map((entries) => Object.fromEntries(entries)),
  ),
}));

/** Text of a value that `JSON.stringify` would lose or refuse: own members named __proto__, toJSON that is no function. */
const printed = json.map((value) => JSON.stringify(value));

const nested = fc
  .tuple(
    fc.constantFrom(['[', ']'], ['{"a":', '}'], ['{"profiles":[', ']}']),
    fc.integer({ min: 1, max: 20_000 }),
  )
  .map(([[open = '', close = ''], depth]) => open.repeat(depth) + close.repeat(depth));

const plain: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 6, arbitrary: printed.map((one) => Buffer.from(one)) },
  { weight: 2, arbitrary: fc.array(printed, { maxLength: 6 }).map((all) => Buffer.from(all.join('\n'))) },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: nested.map((one) => Buffer.from(one)) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 500_000 }).map((length) => Buffer.alloc(length, 0x20)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(printed, fc.integer({ min: 2, max: 12_000 }))
      .map(([one, times]) =>
        Buffer.from(`[${one}${`,${one}`.repeat(Math.min(times, 2e6 / (one.length + 1)))}]`),
      ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(printed, fc.nat(), fc.nat(255)).map(([one, at, byte]) => {
      const bytes = Buffer.from(one);
      bytes[at % bytes.length] = byte;
      return bytes;
    }),
  },
  {
    weight: 1,
    arbitrary: fc
      .dictionary(
        fc.constantFrom('grant_type', 'client_id', 'client_secret', 'username', 'password', 'refresh_token'),
        text,
      )
      .map((form) => Buffer.from(new URLSearchParams(form).toString())),
  },
);

const PACK = [gzipSync, deflateSync, deflateRawSync, brotliCompressSync] as const;

const body = fc.oneof(
  { weight: 4, arbitrary: plain },
  { weight: 1, arbitrary: fc.tuple(plain, fc.constantFrom(...PACK)).map(([bytes, pack]) => pack(bytes)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(plain, fc.constantFrom(...PACK), fc.nat())
      .map(([bytes, pack, cut]) => pack(bytes).subarray(0, cut % 200)),
  },
);

const jwt = fc
  .tuple(
    fc.constantFrom('none', 'HS256', 'RS256', 'ES256', '', 'nOnE'),
    json,
    fc.base64String({ maxLength: 90 }),
  )
  .map(([alg, claims, signature]) => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    return `${part({ alg, typ: 'at+jwt', kid: 'k1' })}.${part(claims)}.${signature}`;
  });

const authorization = fc.oneof(
  fc
    .tuple(fc.constantFrom('Basic ', 'Bearer ', 'bearer\t', 'Digest ', ''), text)
    .map(([scheme, rest]) => scheme + rest),
  fc.tuple(text, text).map(([id, secret]) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`),
  jwt.map((token) => `Bearer ${token}`),
);

const headers = fc
  .record(
    {
      authorization,
      'content-encoding': fc.constantFrom(
        'gzip',
        'deflate',
        'br',
        'identity',
        'zstd',
        'gzip, gzip, gzip, gzip',
        MARKER,
        ',',
      ),
      'content-type': fc.constantFrom(
        'application/json',
        'application/x-www-form-urlencoded',
        'text/plain',
        MARKER,
        '',
      ),
      'x-tributary-source': text,
      'x-tributary-sandbox': text,
      'x-forwarded-for': text,
      'x-arr-clientcert': text,
      'content-length': fc.constantFrom('-1', '99999999999', MARKER),
    },
    { requiredKeys: [] },
  )
  .map((some) => Object.fromEntries(Object.entries(some).filter(([, value]) => value !== undefined)));

const path = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('/v1/exports', '/v1/exports/', '/v1/exports/acme', '/oauth/token'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      '/',
      '//',
      '/%',
      '/v1/exports/%ff',
      '/v1/exports/..',
      '/v1/exports/%2e%2e%2f',
      '/V1/EXPORTS',
      `/${MARKER}`,
      '/v1/exports/%00',
    ),
  },
  { weight: 1, arbitrary: text.map((one) => `/v1/exports/${one}`) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
);

const method = fc.oneof(
  { weight: 9, arbitrary: fc.constant('POST') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'GET',
      'PUT',
      'PATCH',
      'DELETE',
      'HEAD',
      'OPTIONS',
      'TRACE',
      'post',
      '',
      MARKER,
    ),
  },
);

/** Requests by somebody who means harm, or whose template is broken. */
export const hostileRequest: fc.Arbitrary<DoorRequest> = fc
  .record({
    method,
    path,
    headers,
    body,
    query: fc.array(fc.tuple(fc.constantFrom('source', 'sandbox', 'tenant', 'x'), text), { maxLength: 3 }),
    remote: fc.option(text, { nil: undefined }),
    certificate: fc.option(text, { nil: undefined }),
    receivedAt: fc.option(fc.constantFrom(0, -1, Number.NaN, 1e18), { nil: undefined }),
  })
  .map(({ query, certificate, ...rest }) => ({
    ...rest,
    query: new URLSearchParams(query),
    clientCertificate: certificate === undefined ? undefined : { text: certificate, verified: false },
  }));
