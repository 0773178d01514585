import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { ConnectionConfig } from '../../../shared/connectors/registry.js';
import { config } from './environment.js';

const faults = (more: Readonly<Record<string, unknown>>): string => {
  const parsed = ConnectionConfig.safeParse(config(more));
  return parsed.success ? '' : z.prettifyError(parsed.error);
};

test('defaults are filled in', () => {
  expect(ConnectionConfig.parse(config())).toEqual({
    ...config(),
    apiVersion: 'v9.2',
    authority: 'https://login.microsoftonline.com',
    batchSize: 10,
    upsertMultiple: {},
    onceKeys: {},
    bareKeys: [],
    timeoutMs: 30_000,
  });
});

describe('what is fine', () => {
  test.each([
    { url: 'http://127.0.0.1:4000', authority: 'http://127.0.0.1:4000' },
    { url: 'https://acme.crm.dynamics.com/' },
    { authority: 'https://login.microsoftonline.us', url: 'https://acme.crm.microsoftdynamics.us' },
    { tenant: '11111111-2222-4333-8444-555555555555' },
    { auth: { certificate: { secret: 'secret:dynamics' } } },
    { batchSize: 1000, upsertMultiple: { aep_visits: 'aep_visit' } },
  ])('%j', (more) => {
    expect(faults(more)).toBe('');
  });
});

describe('what is refused, and where', () => {
  test.each<[Readonly<Record<string, unknown>>, RegExp]>([
    [{ url: 'http://acme.crm4.dynamics.com' }, /https[\s\S]*at url/],
    [{ url: 'https://acme.crm4.dynamics.com/api/data/v9.2' }, /bare address[\s\S]*at url/],
    [{ url: 'https://ada:pw@acme.crm4.dynamics.com' }, /user name or password/],
    [{ url: 'acme.crm4.dynamics.com' }, /at url/],
    [{ authority: 'https://login.microsoftonline.com/contoso' }, /without a path[\s\S]*at authority/],
    [{ tenant: 'common' }, /your own tenant[\s\S]*at tenant/],
    [{ tenant: 'Organizations' }, /your own tenant/],
    [{ tenant: 'a/b' }, /at tenant/],
    [{ apiVersion: '9.2' }, /v9\.2[\s\S]*at apiVersion/],
    [{ batchSize: 1001 }, /at batchSize/],
    [{ batchSize: 0 }, /at batchSize/],
    [{ auth: { clientCredentials: { secret: 'hunter2' } } }, /at auth/],
    [{ auth: {} }, /exactly one of/],
    [{ onceKeys: { tasks: 'a b' } }, /at onceKeys/],
    [{ upsertMultiple: { 'contacts(1)': 'contact' } }, /at upsertMultiple/],
    [{ extra: 1 }, /extra/],
  ])('%j', (more, words) => {
    expect(faults(more)).toMatch(words);
  });
});
