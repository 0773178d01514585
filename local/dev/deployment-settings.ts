import { settingOfSecret } from '../../shared/secrets.js';
import type { DemoCrm } from '../demo-crm/server.js';
import type { EventHubsEmulator } from '../emulators/event-hubs/server.js';
import { FILES_QUEUE } from './exports.js';

/** Where everything is kept that a deployment would keep in a service. */
export const MEMORY = 'memory:dev';

/** Settings of both clouds' functions. */
export const pipelineSettings = (crm: DemoCrm, config: string) => ({
  AWS_REGION: 'eu-central-1',
  SALESFORCE_DOMAIN: crm.url,
  [settingOfSecret('salesforce')]: JSON.stringify({ clientId: crm.clientId, clientSecret: crm.clientSecret }),
  TRIBUTARY_CONFIG: config,
  TRIBUTARY_STATE: MEMORY,
  TRIBUTARY_PARKING: MEMORY,
  TRIBUTARY_DEAD_LETTERS: MEMORY,
  TRIBUTARY_LOG_LEVEL: 'silent',
  TRIBUTARY_OBSERVER: 'dev',
});

/** Settings that the bindings of the function app name. */
export const triggerSettings = (eventHubs: EventHubsEmulator, hub: string, storage: string) => ({
  EventHubConnection: eventHubs.connectionString(),
  EVENT_HUB_NAME: hub,
  EVENT_HUB_CONSUMER_GROUP: 'tributary',
  // Nothing is parked there: the replay loop below works off the memory that both clouds share.
  TRIBUTARY_STORAGE_CONNECTION: storage,
  TRIBUTARY_PARKING_QUEUE: 'tributary-parked',
  TRIBUTARY_FILES_QUEUE: `storage-queue:${FILES_QUEUE}`,
  // A folder tells no news, and nobody who tries something waits for five minutes.
  TRIBUTARY_FILES_SCHEDULE: '*/2 * * * * *',
});

/** Who is let in by the HTTP door: as the environment says, or everybody, for it listens on this machine only. */
export const doorAuth = (env: Readonly<Record<string, string | undefined>>): string =>
  env['TRIBUTARY_DOOR_AUTH'] || 'none';

/** Settings of the HTTP door, beside those of the environment. */
export const doorSettings = (eventHubs: EventHubsEmulator, hub: string, auth: string) => ({
  TRIBUTARY_DOOR_STREAM: `event-hub:${hub}`,
  TRIBUTARY_DOOR_AUTH: auth,
  [settingOfSecret('door-stream')]: eventHubs.connectionString(),
});
