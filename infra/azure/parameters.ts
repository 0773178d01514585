import { call, type Expression, type Parameter } from './expression.js';

const text = (description: string, defaultValue?: string, more: Partial<Parameter> = {}): Parameter => ({
  type: 'string',
  ...(defaultValue !== undefined && { defaultValue }),
  ...more,
  metadata: { description },
});

const count = (description: string, defaultValue: number, minValue: number, maxValue: number): Parameter => ({
  type: 'int',
  defaultValue,
  minValue,
  maxValue,
  metadata: { description },
});

const yes = (description: string, defaultValue: boolean): Parameter => ({
  type: 'bool',
  defaultValue,
  metadata: { description },
});

/** What a deployment chooses. Everything has a default but the stage. */
export const PARAMETERS = {
  stage: text('Which deployment this is; part of every name.', undefined, { allowedValues: ['dev', 'prod'] }),
  prefix: text('Begins every name.', 'tributary', { minLength: 2, maxLength: 12 }),
  location: {
    type: 'string',
    defaultValue: call('resourceGroup').member('location'),
    metadata: {
      description: 'A region with Flex Consumption: az functionapp list-flexconsumption-locations',
    },
  } satisfies Parameter,
  eventHubNamespace: text('An Event Hubs namespace of this resource group to use; empty makes one.', ''),
  eventHub: text('The hub that exports arrive in.', 'aep-exports', { minLength: 1, maxLength: 256 }),
  eventHubExists: yes('True leaves the hub as it is; only our consumer group is added.', false),
  partitions: count('Of a hub that is made here. Standard never changes it again.', 4, 1, 32),
  retentionHours: count(
    'How long the hub keeps what cannot be delivered. Standard keeps 168 at most.',
    168,
    1,
    2160,
  ),
  throughputUnits: count('Of a namespace that is made here, to begin with.', 1, 1, 40),
  maximumThroughputUnits: count('Up to which it grows by itself.', 4, 0, 40),
  adobeSendsToEventHubs: yes(
    'AEP has an Event Hubs destination here: it signs in with a key, so keys stay possible.',
    false,
  ),
  dataStorage: text(
    'A storage account of this resource group for state, queues and dead letters; empty makes one.',
    '',
  ),
  filesStorage: text(
    'The storage account that AEP writes files into; empty makes one when files come in.',
    '',
  ),
  files: yes('AEP writes batch files into a container here.', false),
  filesLocation: {
    type: 'string',
    defaultValue: call('parameters', 'location'),
    metadata: { description: 'Where that account is: Event Grid tells of it from there alone.' },
  } satisfies Parameter,
  filesContainer: text('That container.', 'aep-files', { minLength: 3, maxLength: 63 }),
  adobeFilesByKey: yes(
    'AEP writes files with a connection string (Azure Blob destination): keys of that account stay possible.',
    false,
  ),
  storageSku: text('Of storage accounts that are made here; ZRS needs a region with zones.', 'Standard_ZRS', {
    allowedValues: ['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'],
  }),
  keyVault: text('A Key Vault of this resource group that has the secrets; empty makes one.', ''),
  secrets: {
    type: 'array',
    defaultValue: [],
    metadata: {
      description: 'Names of secrets in the vault; `salesforce` is `secret:salesforce` in tributary.yaml.',
    },
  } satisfies Parameter,
  settings: {
    type: 'object',
    defaultValue: {},
    metadata: { description: 'More app settings, and others than ours; no secrets.' },
  } satisfies Parameter,
  doorAuth: text('Who is let in by the HTTP door: docs/http-door.md.', 'oauth'),
  nodeVersion: text('Of the functions.', '22', { allowedValues: ['22', '24'] }),
  instanceMemoryMB: {
    ...count('Of one instance.', 2048, 512, 4096),
    allowedValues: [512, 2048, 4096],
  } satisfies Parameter,
  maximumInstances: count(
    'Each function grows up to this many; the stream up to its partitions.',
    40,
    40,
    1000,
  ),
  readyDoors: count(
    'Instances of the HTTP door that are always there: with none its first call waits for a cold start.',
    0,
    0,
    20,
  ),
  workspace: text('Resource id of a Log Analytics workspace; empty makes one.', ''),
  logDays: count('How long its logs are kept.', 30, 30, 730),
  traces: text('Where traces go: app-insights, otlp:URL or off (docs/traces.md).', 'off'),
  tracesShare: text('Of so many batches a trace is made, 0 to 1.', '1'),
  tracesHeaders: text(
    'What a collector asks for: secret:NAME, and NAME among the secrets; the text of it is name=value,name=value.',
    '',
  ),
  alertEmails: {
    type: 'array',
    defaultValue: [],
    metadata: { description: 'Who is told of alarms.' },
  } satisfies Parameter,
  runbooks: text(
    'Where alarms point: the address of docs/operations.md where you keep it.',
    'docs/operations.md',
  ),
  rejectedPercent: count('Alarm when more of a hundred records are refused or unreadable.', 5, 1, 100),
  lagMinutes: count('Alarm when the oldest record waits longer.', 30, 1, 1440),
} as const satisfies Readonly<Record<string, Parameter>>;

/** The value of a parameter. */
export const parameter = (name: keyof typeof PARAMETERS): Expression => call('parameters', name);

/** The value of a variable. */
export const variable = (name: string): Expression => call('variables', name);

/** A name of our own: prefix, stage, what it is. */
export const named = (what: string): Expression =>
  call('format', `{0}-{1}-${what}`, parameter('prefix'), parameter('stage'));

/** True when the parameter names nothing that is there already. */
export const made = (
  name: 'eventHubNamespace' | 'dataStorage' | 'keyVault' | 'workspace' | 'filesStorage',
): Expression => call('empty', parameter(name));
