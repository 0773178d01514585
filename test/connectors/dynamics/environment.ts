import type { ConnectorDeps } from '../../../shared/connectors/registry.js';
import type { Action, Connector } from '../../../shared/core/remote.js';
import { type Asked, fakeFetch, jsonResponse, never, secretsOf } from '../fakes.js';
import { open } from '../subjects.js';

/** What the environment knows the application by. */
export const CLIENT = {
  clientId: '11111111-2222-4333-8444-555555555555',
  clientSecret: 'S3cr3t~+/=%application',
};
/** The access token of a test. */
export const TOKEN = 'eyJ0eXAi.access-token.signature';
/** The tenant of the application. */
export const TENANT = 'contoso.example.com';
/** The environment. */
export const URL_OF_ORG = 'https://acme.crm4.dynamics.com';

/** The secrets that connections of these tests name. */
export const SECRETS = secretsOf({ dynamics: JSON.stringify(CLIENT) });

/** A connection as a config file would hold it. */
export const config = (more: Readonly<Record<string, unknown>> = {}) => ({
  type: 'dynamics',
  url: URL_OF_ORG,
  tenant: TENANT,
  auth: { clientCredentials: { secret: 'secret:dynamics' } },
  ...more,
});

/** Opens a connection. */
export const openDynamics = (
  more: Readonly<Record<string, unknown>> = {},
  deps: Partial<ConnectorDeps> = {},
): Connector => open(config(more), { secrets: SECRETS, ...deps });

/** An action on the contact with this key. */
export const contact = (key: string, more: Partial<Action> = {}): Action => ({
  connection: 'crm',
  operation: 'upsert',
  object: 'contacts',
  key: { aep_profileid: key },
  fields: { lastname: 'Lovelace' },
  ...more,
});

/** What the token endpoint grants. */
export const GRANT = { access_token: TOKEN, token_type: 'Bearer', expires_in: 3599 };

/** An environment that answers requests about rows from a function, behind a log in that always succeeds. */
export function environment(
  answer: (asked: Asked, index: number) => Response,
  more: Readonly<Record<string, unknown>> = {},
) {
  let calls = 0;
  const { fetch, asked } = fakeFetch((request) =>
    request.url.endsWith('/oauth2/v2.0/token') ? jsonResponse(200, GRANT) : answer(request, calls++),
  );
  const connector = openDynamics(more, { fetch });
  const send = (actions: readonly Action[]) => connector.send(actions, never());
  return { connector, send, asked, data: () => asked.filter(({ url }) => url.includes('/api/data/')) };
}
