import { expect, test } from 'vitest';
import { loadRules } from '../../shared/config/load-rules.js';
import { NO_TOOLS } from '../../shared/core/tools.js';
import { schemaOf, targetFields } from '../../shared/door/target-fields.js';

function fieldsOf(text: string) {
  const loaded = loadRules(text, 'rules.yaml', NO_TOOLS);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.findings));
  return targetFields(loaded.rules);
}

const RULES = `audiences: { hot: hot-1 }
person: { key: [CRMID, _acme.crm.id, email] }
consent: { require: consents.marketing.email.val }
connections: { sales: { type: http, url: "https://crm.example.com/rows" } }
rules:
  - name: contact
    when: { member: hot }
    if: loyalty.points > 3 and addresses[type=home].city exists
    do: [{ upsert: sales/Contact, match: { Id: $key }, set: { Name: person.name.firstName, Level: loyalty, Phone: $identity.phone } }]
`;

test('what conditions, mappings, keys and consent read can be mapped; what lies in lists cannot', () => {
  expect(fieldsOf(RULES)).toEqual({
    attributes: [
      '_acme.crm.id',
      'consents.marketing.email.val',
      'loyalty',
      'loyalty.points',
      'person.name.firstName',
    ],
    identities: ['crmid', 'email', 'phone'],
  });
});

test('the schema has an object for each step and a text at each end', () => {
  expect(
    schemaOf({ attributes: ['loyalty', 'loyalty.points', 'person.name.firstName'], identities: [] }),
  ).toEqual({
    type: 'object',
    title: 'tributary',
    properties: {
      loyalty: {
        title: 'loyalty',
        type: 'object',
        properties: { points: { title: 'loyalty.points', type: 'string' } },
      },
      person: {
        title: 'person',
        type: 'object',
        properties: {
          name: {
            title: 'person.name',
            type: 'object',
            properties: { firstName: { title: 'person.name.firstName', type: 'string' } },
          },
        },
      },
    },
  });
});

test('rules that read nothing have an empty schema', () => {
  expect(schemaOf({ attributes: [], identities: [] })).toEqual({
    type: 'object',
    title: 'tributary',
    properties: {},
  });
});
