/** Where the shape of one ARM type is published: a management SDK that Microsoft generates from the type's own specification. */
export interface TypeSource {
  /** As in a template, with the API version the SDK speaks. */
  readonly type: string;
  readonly package: string;
  /** Name of the model of the resource. */
  readonly model: string;
  /** For SDKs that have no mappers: the model of `properties`. */
  readonly properties?: string;
}

const of = (packaged: string, types: Readonly<Record<string, string>>): TypeSource[] =>
  Object.entries(types).map(([type, model]) => ({ type, package: packaged, model }));

/** Every ARM type our templates use. Versions are pinned: the API version of a type is that of its package. */
export const SOURCES: readonly TypeSource[] = [
  ...of('@azure/arm-appservice@17.0.0', {
    'Microsoft.Web/serverfarms@2024-11-01': 'AppServicePlan',
    'Microsoft.Web/sites@2024-11-01': 'Site',
    'Microsoft.Web/sites/config@2024-11-01': 'StringDictionary',
    'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01':
      'CsmPublishingCredentialsPoliciesEntity',
  }),
  ...of('@azure/arm-eventhub@5.2.0', {
    'Microsoft.EventHub/namespaces@2024-01-01': 'EHNamespace',
    'Microsoft.EventHub/namespaces/eventhubs@2024-01-01': 'Eventhub',
    'Microsoft.EventHub/namespaces/eventhubs/consumergroups@2024-01-01': 'ConsumerGroup',
  }),
  ...of('@azure/arm-storage@18.6.0', {
    'Microsoft.Storage/storageAccounts@2024-01-01': 'StorageAccountCreateParameters',
    'Microsoft.Storage/storageAccounts/blobServices@2024-01-01': 'BlobServiceProperties',
    'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01': 'BlobContainer',
    'Microsoft.Storage/storageAccounts/queueServices@2024-01-01': 'QueueServiceProperties',
    'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01': 'StorageQueue',
    'Microsoft.Storage/storageAccounts/tableServices@2024-01-01': 'TableServiceProperties',
    'Microsoft.Storage/storageAccounts/tableServices/tables@2024-01-01': 'Table',
    'Microsoft.Storage/storageAccounts/managementPolicies@2024-01-01': 'ManagementPolicy',
  }),
  ...of('@azure/arm-keyvault@3.2.0', {
    'Microsoft.KeyVault/vaults@2024-11-01': 'VaultCreateOrUpdateParameters',
  }),
  ...of('@azure/arm-msi@2.2.0', {
    'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30': 'Identity',
  }),
  ...of('@azure/arm-authorization@9.0.0', {
    'Microsoft.Authorization/roleAssignments@2022-04-01': 'RoleAssignmentCreateParameters',
  }),
  ...of('@azure/arm-eventgrid@14.1.0', {
    'Microsoft.EventGrid/systemTopics@2022-06-15': 'SystemTopic',
    'Microsoft.EventGrid/systemTopics/eventSubscriptions@2022-06-15': 'EventSubscription',
  }),
  ...of('@azure/arm-operationalinsights@9.0.0', {
    'Microsoft.OperationalInsights/workspaces@2022-10-01': 'Workspace',
  }),
  ...of('@azure/arm-appinsights@5.0.0-beta.8', {
    'Microsoft.Insights/components@2020-02-02': 'ApplicationInsightsComponent',
    'Microsoft.Insights/workbooks@2023-06-01': 'Workbook',
  }),
  ...of('@azure/arm-monitor@7.0.0', {
    'Microsoft.Insights/actionGroups@2021-09-01': 'ActionGroupResource',
  }),
  {
    type: 'Microsoft.Insights/scheduledQueryRules@2025-01-01-preview',
    package: '@azure/arm-monitor@8.0.0',
    model: 'ScheduledQueryRuleResource',
    properties: 'ScheduledQueryRuleProperties',
  },
  {
    type: 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview',
    package: '@azure/arm-monitor@8.0.0',
    model: 'DiagnosticSettingsResource',
    properties: 'DiagnosticSettings',
  },
];
