import type { ConnectorDeps } from '../../../shared/connectors/registry.js';
import type { Action, Connector, Operation } from '../../../shared/core/remote.js';
import type { ConnectorSubject, Said } from '../../contracts/connector-subject.js';
import { type Asked, fakeFetch, jsonResponse, never, secretsOf } from '../fakes.js';
import { open } from '../subjects.js';

/** The service key of the test account. */
export const SERVICE_KEY = 'pat-eu1-5ecret+/=key';
/** The OAuth app of the test account. */
export const APP = {
  clientId: 'app-client-id',
  clientSecret: 'app-client-5ecret',
  refreshToken: 'app-refresh-t0ken',
};
/** What the app is given for it. */
export const ACCESS_TOKEN = 'CJ-access-t0ken';

const SECRETS = { hubspot: SERVICE_KEY, app: JSON.stringify(APP) };

/** A HubSpot connection to a server on this machine, by service key. */
export const hubspotAt = (url: string, more: Readonly<Record<string, unknown>> = {}) => ({
  type: 'hubspot',
  url,
  auth: { bearer: { token: 'secret:hubspot' } },
  timeoutMs: 5000,
  ...more,
});

/** The same, by an OAuth app. */
export const APP_AUTH = { auth: { refreshToken: { secret: 'secret:app' } } };

/** Opens the connection "crm" to HubSpot. */
export const openHubspot = (config: unknown, deps: Partial<ConnectorDeps> = {}): Connector =>
  open(config, { secrets: secretsOf(SECRETS), random: () => 0, ...deps });

/** One action on a contact with an AEP id. */
export const contact = (
  key: string,
  operation: Operation = 'upsert',
  more: Partial<Action> = { fields: { firstname: 'Ada' } },
): Action => ({
  connection: 'crm',
  operation,
  object: 'contacts',
  key: { aep_id: key },
  fields: {},
  ...more,
});

/** A contact joins or leaves list 123. */
export const member = (key: string, operation: 'add' | 'remove' = 'add'): Action =>
  contact(key, operation, { list: '123' });

/** A JSON answer. */
export const said = (status: number, value: unknown, headers: Said['headers'] = {}): Said => ({
  status,
  headers: { 'content-type': 'application/json;charset=utf-8', ...headers },
  body: JSON.stringify(value),
});

/** A row that was written, as a batch answers it. */
export const done = (trace: string, more: Readonly<Record<string, unknown>> = {}) => ({
  id: `9${trace}`,
  new: false,
  archived: false,
  createdAt: '2026-11-01T12:00:00Z',
  updatedAt: '2026-11-01T12:00:00Z',
  properties: {},
  objectWriteTraceId: trace,
  ...more,
});

/** A row that was refused, as a batch answers it: without the `errors` and `links` that its schema requires. */
export const refusedRow = (trace: string, category = 'VALIDATION_ERROR', message = 'Not valid') => ({
  status: 'error',
  category,
  message,
  context: { objectWriteTraceId: [trace] },
});

/** The body of an answer to a batch. */
export const batch = (results: readonly unknown[], errors: readonly unknown[] = []) => ({
  status: 'COMPLETE',
  startedAt: '2026-11-01T12:00:00Z',
  completedAt: '2026-11-01T12:00:01Z',
  results,
  ...(errors.length > 0 && { numErrors: errors.length, errors }),
});

/** The body of a refused request. */
export const problem = (
  category: string,
  message = 'Refused',
  more: Readonly<Record<string, unknown>> = {},
) => ({
  status: 'error',
  message,
  correlationId: 'aeb5f871-7f07-4993-9211-075dc63e7cbf',
  category,
  ...more,
});

/** What "batch read" says of ids without a record. */
export const notFound = (...ids: readonly string[]) => ({
  status: 'error',
  category: 'OBJECT_NOT_FOUND',
  message: 'Could not get some CONTACT objects, they may be deleted or not exist.',
  context: { ids },
});

/** A record that "batch read" found. */
export const record = (id: string, key: string, property = 'aep_id') => ({
  id,
  properties: { [property]: key, hs_object_id: id },
});

/** The answer to a change of list members. */
export const change = (
  added: readonly string[],
  removed: readonly string[] = [],
  missing: readonly string[] = [],
) => ({ recordsIdsAdded: added, recordIdsRemoved: removed, recordIdsMissing: missing });

/** An account behind a fake fetch: `respond` answers all but token requests. */
export function account(
  respond: (asked: Asked, index: number) => Said,
  config: Readonly<Record<string, unknown>> = {},
  deps: Partial<ConnectorDeps> = {},
) {
  let calls = 0;
  const { fetch, asked } = fakeFetch((request) => {
    if (request.url.endsWith('/token'))
      return jsonResponse(200, { access_token: ACCESS_TOKEN, expires_in: 1800 });
    const { status, body, headers } = respond(request, calls++);
    return new Response(status === 204 ? null : body, { status, headers });
  });
  const connector = openHubspot(hubspotAt('https://api.hubapi.com', config), { fetch, ...deps });
  const send = (...actions: readonly Action[]) => connector.send(actions, never());
  return { connector, send, asked };
}

const inputsOf = (body: string): readonly { id: string }[] => {
  const { inputs }: { inputs?: readonly { id: string }[] } = JSON.parse(body);
  return inputs ?? [];
};

const subject = (
  name: string,
  more: Readonly<Record<string, unknown>>,
  secrets: readonly string[],
): ConnectorSubject => ({
  name,
  open: (base, { timeoutMs, fetch }) =>
    openHubspot(hubspotAt(base, { timeoutMs, ...more }), fetch === undefined ? {} : { fetch }),
  action: (key) => contact(key),
  secrets,
  loggingIn: (path) =>
    path === '/oauth/2026-09/token'
      ? said(200, { access_token: ACCESS_TOKEN, refresh_token: APP.refreshToken, expires_in: 1800 })
      : undefined,
  keysOf: (body) => inputsOf(body).map(({ id }) => id),
  // The last first: no order is promised.
  judge(keys, refused) {
    const rows = keys.map((key, i) => [key, String(i)] as const).reverse();
    const results = rows.filter(([key]) => !refused.has(key)).map(([, trace]) => done(trace));
    const errors = rows.filter(([key]) => refused.has(key)).map(([, trace]) => refusedRow(trace));
    return said(errors.length > 0 ? 207 : 200, batch(results, errors));
  },
  statusIsAnswer: false,
  requestIdHeader: 'x-hubspot-correlation-id',
});

/** The HubSpot connector, in each way it can prove who it is. */
export const hubspotSubjects: readonly ConnectorSubject[] = [
  subject('hubspot, service key', {}, [SERVICE_KEY]),
  subject('hubspot, OAuth app', APP_AUTH, [APP.clientSecret, APP.refreshToken, ACCESS_TOKEN]),
];
