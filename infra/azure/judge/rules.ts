import type { Deployed } from './deployed.js';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at a path of names; undefined where there is nothing. */
const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce((here: unknown, name) => (isObject(here) ? here[name] : undefined), value);

/** Roles for data that the app may have. A role for resources, or one that we do not know, is a fault. */
const DATA_ROLES: ReadonlySet<string> = new Set([
  'ba92f5b4-2d11-453d-a403-e96b0029c9fe',
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88',
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3',
  'a638d3c7-ab3a-418d-83e6-5f17a39d4fde',
  '2b629674-e913-4c01-ae53-ef4638d8f975',
  '4633458b-17de-408a-b874-0445c86b69e6',
  '3913510d-42f4-4e42-8a64-420c390055eb',
]);
const BLOB_OWNER = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b';

/** A rule: its name, and what it has against the resources. */
export interface Rule {
  readonly name: string;
  find(resources: readonly Deployed[]): readonly string[];
}

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

const hostAccount = (scope: string | undefined): boolean => /storageAccounts\/[a-z0-9]+h$/.test(scope ?? '');

const leastPrivilege: Rule = {
  name: 'roles are for data, and each for one thing',
  find: (resources) =>
    resources
      .filter(({ type }) => type === 'Microsoft.Authorization/roleAssignments')
      .flatMap(({ id, scope, body }) => {
        const role = String(at(body, 'properties.roleDefinitionId')).split('/').at(-1) ?? '';
        if (scope === undefined) return [`${id}: is given for the whole resource group`];
        if (hostAccount(scope)) {
          return role === BLOB_OWNER || DATA_ROLES.has(role) ? [] : [`${id}: ${role} is no role for data`];
        }
        if (!DATA_ROLES.has(role)) return [`${id}: ${role} is no role for data that the app needs`];
        const whole = /\/(?:storageAccounts|namespaces)\/[^/]+$/.test(scope);
        return whole
          ? [`${id}: is given for all of ${scope}, and not for one queue, table, container or hub`]
          : [];
      }),
};

const secretsInVault: Rule = {
  name: 'no secret is written down',
  find: (resources) =>
    resources
      .filter(({ type, name }) => type === 'Microsoft.Web/sites/config' && name.endsWith('/appsettings'))
      .flatMap(({ id, body }) => {
        const settings = isObject(body['properties']) ? body['properties'] : {};
        return Object.entries(settings).flatMap(([name, value]) => {
          const secret = /^TRIBUTARY_(?:SECRET_.+|LOG_KEY)$|KEY$|_SECRET$/.test(name);
          const text = String(value);
          if (secret && !/^@Microsoft\.KeyVault\(/.test(text)) return [`${id}: ${name} is not in the vault`];
          return /AccountKey=|SharedAccessKey=|[?&]sig=|keys of/.test(text)
            ? [`${id}: ${name} has a key in it`]
            : [];
        });
      }),
};

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
          ...(/#alarm-[a-z-]+$/.test(link) ? [] : [`${id}: has no runbook`]),
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
