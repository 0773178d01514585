import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadConfig } from '../../../../shared/config/load.js';
import { openConnector } from '../../../../shared/connectors/open-connector.js';
import type { Action, Operation, Outcome } from '../../../../shared/core/remote.js';
import { toolsFor } from '../../../../shared/tools/load.js';
import { type Asked, fakeFetch, jsonResponse, never, secretsOf, stillClock } from '../../fakes.js';

/** What the vendors' doubles know us by. */
export const STORED = {
  'slack-webhook': 'https://hooks.slack.example.com/services/T0/B0/secret-of-slack',
  'slack-bot': 'xoxb-bot',
  'teams-webhook': 'https://prod-1.example.com/workflows/1?sig=secret-of-teams',
  braze: 'braze-key',
  'marketo-client-id': 'marketo-id',
  'marketo-client-secret': 'marketo-secret',
  odoo: 'odoo-key',
  pipedrive: 'pipedrive-key',
  zendesk: 'zendesk-key',
  tryton: 'secretpw',
  mailman: 'restpass',
};

/** How a vendor's double answers. */
export type Vendor = (asked: Asked, url: URL, json: unknown) => Response;

/** The config of a connection of examples/connections, with places of the text put elsewhere. */
export async function configOf(
  file: string,
  connection: string,
  moved: readonly (readonly [string, string])[] = [],
) {
  let text = readFileSync(
    resolve(import.meta.dirname, '../../../../examples/connections', `${file}.yaml`),
    'utf8',
  );
  for (const [from, to] of moved) text = text.replaceAll(from, to);
  const loaded = loadConfig(text, `${file}.yaml`, {}, await toolsFor(text));
  const config = loaded.ok ? loaded.config.connections.get(connection) : undefined;
  if (config === undefined) throw new Error(`${file}.yaml has no connection ${connection} that loads`);
  return config;
}

const parsed = (body: string): unknown => {
  try {
    const value: unknown = JSON.parse(body);
    return value;
  } catch {
    return undefined;
  }
};

/** An example's connection opposite a double of its vendor. */
export async function example(file: string, vendor: Vendor, connection = file) {
  const { fetch, asked } = fakeFetch((request) =>
    vendor(request, new URL(request.url), parsed(request.body)),
  );
  const connector = openConnector(connection, await configOf(file, connection), {
    secrets: secretsOf(STORED),
    clock: stillClock(),
    fetch,
  });
  const send = (...actions: Action[]): Promise<readonly Outcome[]> => connector.send(actions, never());
  return { connector, asked, send };
}

/** An action of these tests. */
export const act = (
  operation: Operation,
  key: string,
  fields: Action['fields'] = {},
  list?: string,
): Action => ({
  connection: 'x',
  operation,
  object: 'thing',
  key: operation === 'send' ? {} : { id: key },
  fields,
  ...(list !== undefined && { list }),
  ...(operation === 'send' && { idempotencyKey: key }),
});

/** The JSON of requests to a path. */
export const sentTo = (asked: readonly Asked[], path: string): readonly unknown[] =>
  asked.filter(({ url }) => new URL(url).pathname === path).map(({ body }) => parsed(body));

/** 401 unless a header is what it must be. */
export const guarded =
  (header: string, value: string, inner: Vendor): Vendor =>
  (asked, url, json) =>
    asked.headers.get(header) === value
      ? inner(asked, url, json)
      : jsonResponse(401, { error: 'who are you' });
