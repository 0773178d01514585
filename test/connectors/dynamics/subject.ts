import type { ConnectorSubject } from '../../contracts/connector-subject.js';
import { batchSaid, partsAsked, refusedPart, written } from './batches.js';
import { CLIENT, contact, GRANT, openDynamics, TENANT, TOKEN } from './environment.js';

const KEY = /\(aep_profileid='(.*)'\)$/;

/** Dynamics 365, as "Execute batch operations using the Web API" describes it. */
export const dynamicsSubject: ConnectorSubject = {
  name: 'dynamics',
  open: (base, { timeoutMs, fetch }) =>
    openDynamics({ url: base, authority: base, timeoutMs }, fetch === undefined ? {} : { fetch }),
  action: (key) => contact(key),
  secrets: [CLIENT.clientSecret, TOKEN],
  loggingIn: (path) =>
    path === `/${TENANT}/oauth2/v2.0/token`
      ? { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(GRANT) }
      : undefined,
  keysOf: (body) => partsAsked(body).map(({ path }) => (KEY.exec(path)?.[1] ?? '').replaceAll("''", "'")),
  judge: (keys, refused) =>
    batchSaid(keys.map((key) => (refused.has(key) ? refusedPart(400, '0x80044331', 'too long') : written()))),
  statusIsAnswer: false,
  requestIdHeader: 'req_id',
};
