import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { authWorld } from './auth-world.js';

/** Made with openssl: an authority; certificates by it of Adobe's name, of another, with the name in the wrong place; and one of the right name by nobody we know. */
const pem = (name: string): string =>
  readFileSync(join(import.meta.dirname, 'fixtures', `${name}.pem`), 'utf8');
const der = (name: string): string => pem(name).replace(/-----[A-Z ]+-----|\s/g, '');

const NOW = Date.parse('2030-01-01T00:00:00Z');
const MTLS = { TRIBUTARY_DOOR_AUTH: 'none,mtls', TRIBUTARY_SECRET_DOOR_CLIENT_CA: pem('ca') };

test("Azure hands over any certificate: the authority of the secret and Adobe's name decide", async () => {
  const world = await authWorld(MTLS, { now: NOW });
  const knock = async (text: string) =>
    (await world.knock(undefined, { clientCertificate: { text, verified: false } })).status;
  expect([await knock(der('adobe')), await knock(pem('adobe'))]).toEqual([200, 200]);
  for (const text of [der('pretender'), der('stranger'), der('embedded'), der('ca'), 'nonsense', ''])
    expect(await knock(text)).toBe(403);
  expect((await world.knock()).status).toBe(403);
});

test('AWS has checked the certificate against its trust store: the name decides', async () => {
  const world = await authWorld({ TRIBUTARY_DOOR_AUTH: 'mtls' }, { now: NOW, checksCertificates: true });
  const knock = async (name: string) =>
    (await world.knock(undefined, { clientCertificate: { text: pem(name), verified: true } })).status;
  expect([await knock('adobe'), await knock('stranger'), await knock('embedded')]).toEqual([200, 403, 403]);
});

test('another name can be asked for, also one of the alternative names', async () => {
  const env = { ...MTLS, TRIBUTARY_DOOR_CLIENT_NAME: 'mtls.aep.example.com' };
  const world = await authWorld(env, { now: NOW });
  const knock = async (name: string) =>
    (await world.knock(undefined, { clientCertificate: { text: der(name), verified: false } })).status;
  expect([await knock('adobe'), await knock('stranger')]).toEqual([200, 403]);
});

test('a certificate counts within its time only', async () => {
  for (const now of [Date.parse('2020-01-01T00:00:00Z'), Date.parse('2130-01-01T00:00:00Z')]) {
    const world = await authWorld(MTLS, { now });
    const clientCertificate = { text: der('adobe'), verified: false };
    expect((await world.knock(undefined, { clientCertificate })).status).toBe(403);
  }
});

test('with another way beside it, both are needed', async () => {
  const env = {
    ...MTLS,
    TRIBUTARY_DOOR_AUTH: 'bearer,mtls',
    TRIBUTARY_SECRET_DOOR_BEARER: 'a-token-0123456789abcdef',
  };
  const world = await authWorld(env, { now: NOW });
  const clientCertificate = { text: der('adobe'), verified: false };
  const bearer = 'Bearer a-token-0123456789abcdef';
  expect((await world.knock(bearer)).status).toBe(403);
  expect((await world.knock(undefined, { clientCertificate })).status).toBe(401);
  expect((await world.knock(bearer, { clientCertificate })).caller).toBe('bearer');
});
