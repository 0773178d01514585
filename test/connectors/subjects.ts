import { openConnector } from '../../shared/connectors/open-connector.js';
import { ConnectionConfig, type ConnectorDeps } from '../../shared/connectors/registry.js';
import type { Action, Connector } from '../../shared/core/remote.js';
import type { ConnectorSubject, Said } from '../contracts/connector-subject.js';
import { secretsOf, stillClock } from './fakes.js';

/** What the demo org knows its client by. */
export const CLIENT = { clientId: '3MVG9.client-id', clientSecret: 'S3cr3t+/=%client' };
/** The session of a test. */
export const TOKEN = '00D000000000001!AQ.access-token';
/** Secrets of all connections in tests, by name. */
export const SECRETS = {
  salesforce: JSON.stringify(CLIENT),
  password: 'pa55"wörd',
  token: 'static-bearer-token',
  apikey: 'header-api-key',
};

/** Opens the connection "crm" from its config as a file would hold it. */
export function open(config: unknown, deps: Partial<ConnectorDeps> = {}): Connector {
  const parsed = ConnectionConfig.parse(config);
  return openConnector('crm', parsed, { secrets: secretsOf(SECRETS), clock: stillClock(), ...deps });
}

/** A Salesforce connection to a server on this machine. */
export const salesforceAt = (domain: string, timeoutMs = 5000) => ({
  type: 'salesforce',
  domain,
  auth: { clientCredentials: { secret: 'secret:salesforce' } },
  timeoutMs,
});

/** An upsert of one contact. */
export const contact = (key: string, fields: Action['fields'] = { LastName: 'Lovelace' }): Action => ({
  connection: 'crm',
  operation: 'upsert',
  object: 'Contact',
  key: { AEP_Id__c: key },
  fields,
});

const JSON_TYPE = { 'content-type': 'application/json;charset=UTF-8' };
const said = (status: number, value: unknown): Said => ({
  status,
  headers: JSON_TYPE,
  body: JSON.stringify(value),
});

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
const parsed = (body: string): unknown => JSON.parse(body);

/** Salesforce, as section "Upsert many" of its REST guide describes it. */
export const salesforceSubject: ConnectorSubject = {
  name: 'salesforce',
  open: (base, { timeoutMs, fetch }) =>
    open(salesforceAt(base, timeoutMs), fetch === undefined ? {} : { fetch }),
  action: (key) => contact(key),
  secrets: [CLIENT.clientSecret, TOKEN],
  loggingIn: (path) =>
    path === '/services/oauth2/token' ? said(200, { access_token: TOKEN, token_type: 'Bearer' }) : undefined,
  keysOf(body) {
    const records = member(parsed(body), 'records');
    return Array.isArray(records) ? records.map((record) => String(member(record, 'AEP_Id__c'))) : [];
  },
  judge: (keys, refused) =>
    said(
      200,
      keys.map((key, i) =>
        refused.has(key)
          ? { success: false, errors: [{ statusCode: 'STRING_TOO_LONG', message: 'too long', fields: [] }] }
          : { id: `003${i}`, success: true, created: true, errors: [] },
      ),
    ),
  statusIsAnswer: false,
  requestIdHeader: 'x-sfdc-request-id',
};

const httpSubject = (
  name: string,
  config: Readonly<Record<string, unknown>>,
  secrets: readonly string[],
): ConnectorSubject => ({
  name,
  open: (base, { timeoutMs, fetch }) =>
    open({ type: 'http', url: `${base}/rows`, timeoutMs, ...config }, fetch === undefined ? {} : { fetch }),
  action: (key) => contact(key),
  secrets,
  loggingIn: () => undefined,
  keysOf: (body) => [String(member(parsed(body), 'key'))],
  judge: ([key = ''], refused) =>
    refused.has(key) ? said(422, { message: 'no such field' }) : said(200, { status: 'ok' }),
  statusIsAnswer: config['success'] === undefined,
  requestIdHeader: 'x-request-id',
});

/** The generic connector with a token that it asks for; its token endpoint is on the same server. */
const httpTokenSubject: ConnectorSubject = {
  ...httpSubject('http, client credentials', {}, [SECRETS.apikey, TOKEN]),
  open: (base, { timeoutMs, fetch }) =>
    open(
      {
        type: 'http',
        url: `${base}/rows`,
        timeoutMs,
        auth: {
          clientCredentials: { tokenUrl: `${base}/token`, clientId: 'tributary', secret: 'secret:apikey' },
        },
      },
      fetch === undefined ? {} : { fetch },
    ),
  loggingIn: (path) =>
    path === '/token' ? said(200, { access_token: TOKEN, token_type: 'Bearer' }) : undefined,
};

/** The generic connector with many rows a request, each told of in the answer. */
const httpBatchSubject: ConnectorSubject = {
  ...httpSubject(
    'http, batch',
    {
      headers: { 'X-Api-Key': 'secret:apikey' },
      body: { id: `\${key}` },
      batch: {
        maxRows: 3,
        body: { rows: `\${rows}` },
        answer: {
          items: 'items',
          success: { equals: { path: 'ok', value: true } },
          errors: { code: 'code', text: 'text' },
        },
      },
    },
    [SECRETS.apikey],
  ),
  keysOf(body) {
    const rows = member(parsed(body), 'rows');
    return Array.isArray(rows) ? rows.map((row) => String(member(row, 'id'))) : [];
  },
  judge: (keys, refused) =>
    said(200, {
      items: keys.map((key) =>
        refused.has(key) ? { ok: false, code: 'NO', text: 'not this' } : { ok: true },
      ),
    }),
  statusIsAnswer: false,
};

/** The generic connector, in each way it can prove who it is. */
export const httpSubjects: readonly ConnectorSubject[] = [
  httpSubject('http, bearer', { auth: { bearer: { token: 'secret:token' } } }, [SECRETS.token]),
  httpSubject(
    'http, basic, with a success rule',
    {
      auth: { basic: { user: 'ada', password: 'secret:password' } },
      success: { present: 'status' },
    },
    [SECRETS.password, `ada:${SECRETS.password}`],
  ),
  httpSubject('http, secret header', { headers: { 'X-Api-Key': 'secret:apikey' } }, [SECRETS.apikey]),
  httpSubject('http, api key', { auth: { apiKey: { header: 'x-api-token', key: 'secret:apikey' } } }, [
    SECRETS.apikey,
  ]),
  httpTokenSubject,
  httpBatchSubject,
];
