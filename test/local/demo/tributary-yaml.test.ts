import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { DECLARED_AUDIENCES } from '../../../local/demo/audiences.js';
import { formatFinding, loadConfig } from '../../../shared/config/load.js';
import { NO_TOOLS } from '../../../shared/core/tools.js';
import { ID } from './exports.js';

const Demo = z.strictObject({
  audiences: z.record(
    z.string(),
    z.union([z.string(), z.strictObject({ id: z.string(), namespace: z.string() })]),
  ),
  person: z.strictObject({ key: z.array(z.string()) }),
  connections: z.record(z.string(), z.unknown()),
  files: z.array(z.looseObject({ from: z.string(), audience: z.string() })),
  rules: z.array(z.strictObject({ name: z.string(), when: z.unknown(), do: z.array(z.unknown()) })),
});
const text = readFileSync(new URL('../../../local/demo/tributary.yaml', import.meta.url), 'utf8');
const demo = Demo.parse(parse(text));

test('tributary takes the file as it is', () => {
  const settings = { SALESFORCE_DOMAIN: 'demo.my.salesforce.com' };
  const loaded = loadConfig(text, 'tributary.yaml', settings, NO_TOOLS);
  expect(loaded.ok ? [] : loaded.findings.map(formatFinding)).toEqual([]);
  expect(loaded.ok && loaded.config.connections.get('sales')?.type).toBe('salesforce');
});

test('the file, the generator and the tests of the oracle name the same audiences in the same order', () => {
  const declared = Object.entries(demo.audiences).map(([name, audience]) =>
    typeof audience === 'string' ? { name, namespace: 'ups', id: audience } : { name, ...audience },
  );
  expect(declared).toEqual(DECLARED_AUDIENCES);
  expect(declared.map(({ namespace, id }) => `${namespace}/${id}`)).toEqual(Object.values(ID));
});

test('its batch files are about very important persons, as local/demo/file.ts writes them', () => {
  expect(demo.files.map(({ from, audience }) => [from, audience])).toEqual([['blob://aep-exports/', 'vip']]);
});

test('the rules are the ones that the oracle is written for', () => {
  const match = { AEP_Id__c: '$key' };
  const LastName = { from: 'person.name.lastName', default: 'Unknown' };
  const Email = { from: 'personalEmail.address', as: 'lowercase' };
  const contact = (set: object): object => ({ upsert: 'sales/Contact', match, set });
  expect(demo.person.key).toEqual(['crmid', 'email', 'personalEmail.address']);
  expect(demo.rules.map(({ when, do: actions }) => ({ when, actions }))).toEqual([
    {
      when: { member: 'high-propensity' },
      actions: [
        contact({
          FirstName: 'person.name.firstName',
          LastName,
          Email,
          Loyalty_Points__c: { from: 'loyalty.points' },
          Hot_Prospect__c: { member: 'high-propensity' },
          Audiences__c: { audiences: 'all', join: ';' },
        }),
      ],
    },
    { when: { member: 'vip' }, actions: [contact({ LastName, Tier__c: { value: 'VIP' } })] },
    { when: { member: 'lapsed' }, actions: [contact({ LastName, Tier__c: { value: 'Lapsed' } })] },
    {
      when: { entered: 'vip' },
      actions: [{ upsert: 'sales/Audience_Entry__c', match, set: { Email, Entered__c: { value: true } } }],
    },
  ]);
  expect(demo.connections).toEqual({
    sales: {
      type: 'salesforce',
      domain: '$' + '{SALESFORCE_DOMAIN}',
      auth: { clientCredentials: { secret: 'secret:salesforce' } },
    },
  });
});
