import { leastPrivilege, secretsInVault } from './access.js';
import { at, type Rule } from './rule.js';

/** Each of a type must have these values. */
const must = (name: string, type: string, wanted: Readonly<Record<string, unknown>>): Rule => ({
  name,
  find: (resources) =>
    resources
      .filter((resource) => resource.type === type)
      .flatMap(({ id, body }) =>
        Object.entries(wanted)
          .filter(([path, value]) => at(body, path) !== value)
          .map(
            ([path, value]) =>
              `${id}: ${path} must be ${JSON.stringify(value)}, not ${JSON.stringify(at(body, path))}`,
          ),
      ),
});

const STORAGE = 'Microsoft.Storage/storageAccounts';
const QUEUE = `${STORAGE}/queueServices/queues`;

const WITH_LOGS = [
  'Microsoft.Web/sites',
  'Microsoft.EventHub/namespaces',
  'Microsoft.KeyVault/vaults',
  `${STORAGE}/blobServices`,
  `${STORAGE}/queueServices`,
  `${STORAGE}/tableServices`,
];

const noWildcard: Rule = {
  name: 'nothing is open to everybody',
  find: (resources) =>
    resources.flatMap(({ id, body }) =>
      /"allowedOrigins":\[[^\]]*"\*"|"ipAddress(?:OrRange)?":"(?:\*|0\.0\.0\.0\/0)"|"publicAccess":"(?:Blob|Container)"/.test(
        JSON.stringify(body),
      )
        ? [`${id}: is open to everybody`]
        : [],
    ),
};

const poison: Rule = {
  name: 'what cannot be worked off has a place',
  find: (resources) => {
    const queues = new Set(resources.filter(({ type }) => type === QUEUE).map(({ id }) => id));
    const alone = [...queues].filter((id) => !id.endsWith('-poison') && !queues.has(`${id}-poison`));
    const unkept = resources
      .filter(({ type }) => type === 'Microsoft.EventGrid/systemTopics/eventSubscriptions')
      .filter(
        ({ body }) =>
          at(body, 'properties.deadLetterWithResourceIdentity.deadLetterDestination') === undefined,
      );
    return [
      ...alone.map((id) => `${id}: there is no queue ${id.split('/').at(-1)}-poison`),
      ...unkept.map(({ id }) => `${id}: events that are never taken have no dead letters`),
    ];
  },
};

const watched: Rule = {
  name: 'everything that can tells what it does',
  find: (resources) => {
    const scopes = new Set(
      resources
        .filter(({ type }) => type === 'Microsoft.Insights/diagnosticSettings')
        .map(({ scope }) => scope),
    );
    return resources
      .filter(({ type, id }) => WITH_LOGS.includes(type) && !scopes.has(id))
      .map(({ id }) => `${id}: has no diagnostic settings`);
  },
};

const within = (name: string, type: string, path: string, least: number): Rule => ({
  name,
  find: (resources) =>
    resources
      .filter((resource) => resource.type === type && !(Number(at(resource.body, path)) >= least))
      .map(({ id, body }) => `${id}: ${path} must be ${least} or more, not ${String(at(body, path))}`),
});

const runbooks: Rule = {
  name: 'every alarm tells somebody, and what to do',
  find: (resources) =>
    resources
      .filter(({ type }) => type === 'Microsoft.Insights/scheduledQueryRules')
      .flatMap(({ id, body }) => {
        const groups = at(body, 'properties.actions.actionGroups');
        const told = Array.isArray(groups) && groups.length > 0;
        const link = String(at(body, 'properties.actions.customProperties.runbook'));
        return [
          ...(told ? [] : [`${id}: tells nobody`]),
          ...(/\.md#[a-z-]+$/.test(link) ? [] : [`${id}: has no runbook`]),
        ];
      }),
};

/** What we demand of a deployment beside what Azure does. Keys of an account stay possible only where Adobe signs in with one. */
export const RULES: readonly Rule[] = [
  must('storage: TLS 1.2, nothing public, encrypted twice', STORAGE, {
    'properties.minimumTlsVersion': 'TLS1_2',
    'properties.supportsHttpsTrafficOnly': true,
    'properties.allowBlobPublicAccess': false,
    'properties.encryption.requireInfrastructureEncryption': true,
  }),
  must('storage: no keys', STORAGE, { 'properties.allowSharedKeyAccess': false }),
  must('hubs: TLS 1.2, no keys', 'Microsoft.EventHub/namespaces', {
    'properties.minimumTlsVersion': '1.2',
    'properties.disableLocalAuth': true,
  }),
  must('vault: by roles, and nothing is lost', 'Microsoft.KeyVault/vaults', {
    'properties.enableRbacAuthorization': true,
    'properties.enablePurgeProtection': true,
    'properties.enableSoftDelete': true,
  }),
  must('app: https, TLS 1.2, no FTP', 'Microsoft.Web/sites', {
    'properties.httpsOnly': true,
    'properties.siteConfig.minTlsVersion': '1.2',
    'properties.siteConfig.scmMinTlsVersion': '1.2',
    'properties.siteConfig.ftpsState': 'Disabled',
  }),
  must('app: no passwords for publishing', 'Microsoft.Web/sites/basicPublishingCredentialsPolicies', {
    'properties.allow': false,
  }),
  must('logs: only by identity', 'Microsoft.Insights/components', { 'properties.DisableLocalAuth': true }),
  within('logs are kept', 'Microsoft.OperationalInsights/workspaces', 'properties.retentionInDays', 30),
  within(
    'the stream keeps what cannot be delivered for two days at least',
    'Microsoft.EventHub/namespaces/eventhubs',
    'properties.retentionDescription.retentionTimeInHours',
    48,
  ),
  within('deleted blobs come back', `${STORAGE}/blobServices`, 'properties.deleteRetentionPolicy.days', 7),
  leastPrivilege,
  secretsInVault,
  noWildcard,
  poison,
  watched,
  runbooks,
];
