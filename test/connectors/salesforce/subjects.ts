import { generateKeyPairSync } from 'node:crypto';
import type { ConnectorSubject } from '../../contracts/connector-subject.js';
import { secretsOf } from '../fakes.js';
import { open, SECRETS, salesforceAt, salesforceSubject, TOKEN } from '../subjects.js';
import { CAMPAIGN, sending } from './answer-actions.js';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const SIGNER = JSON.stringify({ clientId: '3MVG9.key', username: 'tributary@example.com', privateKey });

/** The values of a field in the records of a request. */
function fieldOf(body: string, name: string): readonly string[] {
  const { records }: { records: Readonly<Record<string, unknown>>[] } = JSON.parse(body);
  return records.map((record) => String(record[name]));
}

/** Salesforce making tasks, for somebody who logs in by signed assertions. */
const tasks: ConnectorSubject = {
  ...salesforceSubject,
  name: 'salesforce, tasks, JWT bearer',
  open: (base, { timeoutMs, fetch }) =>
    open(
      { ...salesforceAt(base, timeoutMs), auth: { jwt: { secret: 'secret:signer' } } },
      { secrets: secretsOf({ ...SECRETS, signer: SIGNER }), ...(fetch && { fetch }) },
    ),
  action: (key) => ({ ...sending('Task'), fields: { Subject: key } }),
  secrets: [privateKey, TOKEN],
  keysOf: (body) => fieldOf(body, 'Subject'),
};

/** Salesforce putting people on a campaign by one upsert. */
const members: ConnectorSubject = {
  ...salesforceSubject,
  name: 'salesforce, members by key',
  open: (base, { timeoutMs, fetch }) =>
    open(
      { ...salesforceAt(base, timeoutMs), campaignMember: { key: 'AEP_Member_Key__c' } },
      fetch === undefined ? {} : { fetch },
    ),
  action: (key) => ({ ...salesforceSubject.action(key), operation: 'add', list: CAMPAIGN, fields: {} }),
  keysOf: (body) => fieldOf(body, 'AEP_Member_Key__c').map((key) => key.slice(CAMPAIGN.length + 1)),
};

/** Salesforce doing what is no upsert, in each way that is one request. */
export const salesforceWays: readonly ConnectorSubject[] = [tasks, members];
