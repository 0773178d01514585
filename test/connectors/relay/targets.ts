import { openConnector } from '../../../shared/connectors/open-connector.js';
import { ConnectionConfig, type ConnectorDeps } from '../../../shared/connectors/registry.js';
import type { Action, Connector } from '../../../shared/core/remote.js';
import { secretsOf, stillClock } from '../fakes.js';

/** What the targets of all tests know their client by. */
export const SECRETS = {
  aws: JSON.stringify({
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  }),
  policy: 'c2VuZC1vbmx5LXBvbGljeS1rZXk+Lz0=',
  topic: 'VXbGWce53249Mt8wuotr0GPmyJ/nDT4hgdEj9DpBeRr38arnnm5OFg==',
};

/** The topic of all tests. */
export const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:decisions';

const aws = (endpoint: string) => ({ region: 'eu-central-1', endpoint, credentials: 'secret:aws' });

/** A connection of each kind that speaks HTTP, to a server on this machine. */
export const configAt = {
  kinesis: (base: string) => ({ type: 'kinesis', stream: 'decisions', ...aws(base) }),
  'event-bridge': (base: string) => ({ type: 'event-bridge', bus: 'decisions', ...aws(base) }),
  sns: (base: string) => ({ type: 'sns', topic: TOPIC, ...aws(base) }),
  'service-bus': (base: string) => ({
    type: 'service-bus',
    url: base,
    entity: 'decisions',
    policy: 'tributary',
    key: 'secret:policy',
  }),
  'event-grid': (base: string) => ({
    type: 'event-grid',
    url: `${base}/api/events`,
    auth: { key: 'secret:topic' },
  }),
} as const;

/** Opens the relay "crm" from its config as a file would hold it. */
export function openRelay(config: unknown, deps: Partial<ConnectorDeps> = {}): Connector {
  const parsed = ConnectionConfig.parse(config);
  return openConnector('crm', parsed, { secrets: secretsOf(SECRETS), clock: stillClock(), ...deps });
}

/** An upsert of one contact. */
export const contact = (key: string, more: Partial<Action> = {}): Action => ({
  connection: 'crm',
  operation: 'upsert',
  object: 'Contact',
  key: { AEP_Id__c: key },
  fields: { LastName: 'Lovelace' },
  asOf: Date.UTC(2026, 10, 1),
  ...more,
});
