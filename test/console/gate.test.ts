import { expect, test } from 'vitest';
import { type Caller, HEADERS, refusalOf } from '../../local/console/gate.js';

const ours = { port: 7072, token: 'the-token-of-this-session' };
const own = 'http://127.0.0.1:7072';
const asked = (more: Partial<Caller> = {}): Caller => ({
  method: 'GET',
  path: '/api/rules',
  ...more,
  headers: { host: '127.0.0.1:7072', authorization: `Bearer ${ours.token}`, ...more.headers },
});
const posted = (headers: Caller['headers'] = {}): Caller =>
  asked({ method: 'POST', headers: { 'content-type': 'application/json', origin: own, ...headers } });
const status = (caller: Caller) => refusalOf(caller, ours)?.status;

test('the page itself is let in, by both names of this machine', () => {
  expect(status(asked())).toBeUndefined();
  expect(status(asked({ headers: { host: 'LOCALHOST:7072' } }))).toBeUndefined();
  expect(status(posted({ 'sec-fetch-site': 'same-origin' }))).toBeUndefined();
});

test('a program of the same user needs the token and no Origin', () => {
  expect(status(posted({ origin: undefined }))).toBeUndefined();
});

test('names that were made to lead here (DNS rebinding) are turned away, whatever they carry', () => {
  for (const host of [
    'evil.example.com:7072',
    '127.0.0.1',
    '127.0.0.1:80',
    '127.0.0.1:7072.evil.example.com',
    '',
  ])
    expect(status(asked({ headers: { host } })), host).toBe(421);
  expect(status(asked({ path: '/', headers: { host: 'evil.example.com:7072' } }))).toBe(421);
});

test('pages of other sites are turned away', () => {
  for (const origin of [
    'https://evil.example.com',
    'null',
    'https://127.0.0.1:7072',
    'http://127.0.0.1:7073',
  ])
    expect(status(posted({ origin })), origin).toBe(403);
  expect(status(posted({ 'sec-fetch-site': 'cross-site', origin: undefined }))).toBe(403);
  expect(status(asked({ headers: { 'sec-fetch-site': 'same-site' } }))).toBe(403);
});

test('nothing of the run is told, and nothing changed, without the token', () => {
  for (const authorization of [
    undefined,
    'Bearer ',
    'Bearer wrong',
    `Basic ${ours.token}`,
    `${ours.token}`,
  ]) {
    expect(status(asked({ headers: { authorization } })), String(authorization)).toBe(401);
    expect(status(posted({ authorization })), String(authorization)).toBe(401);
  }
  expect(status(posted({ authorization: `Bearer ${ours.token}x` }))).toBe(401);
});

test("the page's own files hold nothing of the run and are given to this machine", () => {
  expect(status(asked({ path: '/', headers: { authorization: undefined } }))).toBeUndefined();
  expect(status(asked({ path: '/', method: 'POST' }))).toBe(405);
});

test('forms of other sites cannot post: JSON must be declared', () => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json-x', undefined])
    expect(status(posted({ 'content-type': type })), String(type)).toBe(415);
  for (const type of ['application/json', 'Application/JSON; charset=utf-8', 'application/json ;q=1'])
    expect(status(posted({ 'content-type': type })), type).toBeUndefined();
  expect(status(asked({ method: 'PUT' }))).toBe(405);
});

test('nothing is loaded from elsewhere, and no script but ours runs', () => {
  const policy = HEADERS['content-security-policy'] ?? '';
  for (const part of ['default', 'frame-ancestors', 'base-uri', 'form-action'])
    expect(policy).toMatch(new RegExp(`(^|; )${part}(-src)? 'none'(;|$)`));
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("require-trusted-types-for 'script'; trusted-types 'none'");
  expect(HEADERS['x-frame-options']).toBe('DENY');
  expect(policy).not.toMatch(/unsafe|https?:|\*|data:/);
  expect(HEADERS['cache-control']).toBe('no-store');
});
