metadata description = 'tributary on Azure Functions'

@description('Which deployment this is; part of every name.')
@allowed([
  'dev'
  'prod'
])
param stage string

@description('Begins every name.')
@minLength(2)
@maxLength(12)
param prefix string = 'tributary'

@description('A region with Flex Consumption: az functionapp list-flexconsumption-locations')
param location string = resourceGroup().location

@description('An Event Hubs namespace of this resource group to use; empty makes one.')
param eventHubNamespace string = ''

@description('The hub that exports arrive in.')
@minLength(1)
@maxLength(256)
param eventHub string = 'aep-exports'

@description('True leaves the hub as it is; only our consumer group is added.')
param eventHubExists bool = false

@description('Of a hub that is made here. Standard never changes it again.')
@minValue(1)
@maxValue(32)
param partitions int = 4

@description('How long the hub keeps what cannot be delivered. Standard keeps 168 at most.')
@minValue(1)
@maxValue(2160)
param retentionHours int = 168

@description('Of a namespace that is made here, to begin with.')
@minValue(1)
@maxValue(40)
param throughputUnits int = 1

@description('Up to which it grows by itself.')
@minValue(0)
@maxValue(40)
param maximumThroughputUnits int = 4

@description('AEP has an Event Hubs destination here: it signs in with a key, so keys stay possible.')
param adobeSendsToEventHubs bool = false

@description('A storage account of this resource group for state, queues and dead letters; empty makes one.')
param dataStorage string = ''

@description('The storage account that AEP writes files into; empty makes one when files come in.')
param filesStorage string = ''

@description('AEP writes batch files into a container here.')
param files bool = false

@description('Where that account is: Event Grid tells of it from there alone.')
param filesLocation string = location

@description('That container.')
@minLength(3)
@maxLength(63)
param filesContainer string = 'aep-files'

@description('AEP writes files with a connection string (Azure Blob destination): keys of that account stay possible.')
param adobeFilesByKey bool = false

@description('Of storage accounts that are made here; ZRS needs a region with zones.')
@allowed([
  'Standard_LRS'
  'Standard_ZRS'
  'Standard_GRS'
  'Standard_GZRS'
])
param storageSku string = 'Standard_ZRS'

@description('A Key Vault of this resource group that has the secrets; empty makes one.')
param keyVault string = ''

@description('Names of secrets in the vault; `salesforce` is `secret:salesforce` in tributary.yaml.')
param secrets array = []

@description('More app settings, and others than ours; no secrets.')
param settings object = {}

@description('Who is let in by the HTTP door: docs/http-door.md.')
param doorAuth string = 'oauth'

@description('Of the functions.')
@allowed([
  '22'
  '24'
])
param nodeVersion string = '22'

@description('Of one instance.')
@allowed([
  512
  2048
  4096
])
@minValue(512)
@maxValue(4096)
param instanceMemoryMB int = 2048

@description('Each function grows up to this many; the stream up to its partitions.')
@minValue(40)
@maxValue(1000)
param maximumInstances int = 40

@description('Instances of the HTTP door that are always there: with none its first call waits for a cold start.')
@minValue(0)
@maxValue(20)
param readyDoors int = 0

@description('Resource id of a Log Analytics workspace; empty makes one.')
param workspace string = ''

@description('How long its logs are kept.')
@minValue(30)
@maxValue(730)
param logDays int = 30

@description('Where traces go: app-insights, otlp:URL or off (docs/traces.md).')
param traces string = 'off'

@description('Of so many batches a trace is made, 0 to 1.')
param tracesShare string = '1'

@description('What a collector asks for: secret:NAME, and NAME among the secrets; the text of it is name=value,name=value.')
param tracesHeaders string = ''

@description('Who is told of alarms.')
param alertEmails array = []

@description('Where alarms point: the address of docs/operations.md where you keep it.')
param runbooks string = 'docs/operations.md'

@description('Alarm when more of a hundred records are refused or unreadable.')
@minValue(1)
@maxValue(100)
param rejectedPercent int = 5

@description('Alarm when the oldest record waits longer.')
@minValue(1)
@maxValue(1440)
param lagMinutes int = 30

var identity = '${prefix}-${stage}-identity'
var app = '${'${prefix}-${stage}-'}${uniqueString(resourceGroup().id, prefix, stage)}'
var plan = '${prefix}-${stage}-plan'
var insights = '${prefix}-${stage}-insights'
var workspaceInUse = '${prefix}-${stage}-logs'
var workspaceId = (empty(workspace) ? resourceId('Microsoft.OperationalInsights/workspaces', '${prefix}-${stage}-logs') : workspace)
var vault = (empty(keyVault) ? 'kv-${uniqueString(resourceGroup().id, prefix, stage)}' : keyVault)
var namespace = (empty(eventHubNamespace) ? '${'${prefix}-${stage}-'}${uniqueString(resourceGroup().id, prefix, stage)}' : eventHubNamespace)
var hostStorage = '${take(toLower(replace(prefix, '-', '')), 9)}${uniqueString(resourceGroup().id, prefix, stage)}h'
var dataStorageInUse = (empty(dataStorage) ? '${take(toLower(replace(prefix, '-', '')), 9)}${uniqueString(resourceGroup().id, prefix, stage)}d' : dataStorage)
var filesStorageInUse = (empty(filesStorage) ? '${take(toLower(replace(prefix, '-', '')), 9)}${uniqueString(resourceGroup().id, prefix, stage)}f' : filesStorage)
var consumerGroup = 'tributary-${stage}'

resource userAssignedIdentitiesResource 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: identity
  location: location
}

resource storageAccountsResource 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: hostStorage
  location: location
  sku: {
    name: storageSku
  }
  kind: 'StorageV2'
  properties: {
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    encryption: {
      keySource: 'Microsoft.Storage'
      requireInfrastructureEncryption: true
      services: {
        blob: {
          enabled: true
          keyType: 'Account'
        }
        queue: {
          enabled: true
          keyType: 'Account'
        }
        table: {
          enabled: true
          keyType: 'Account'
        }
      }
    }
  }
}

resource blobServicesResource 'Microsoft.Storage/storageAccounts/blobServices@2024-01-01' = {
  name: '${hostStorage}/default'
  properties: {
    deleteRetentionPolicy: {
      enabled: true
      days: 7
    }
    containerDeleteRetentionPolicy: {
      enabled: true
      days: 7
    }
  }
  dependsOn: [
    storageAccountsResource
  ]
}

resource containersResource 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = {
  name: '${hostStorage}/default/app-packages'
  properties: {
    publicAccess: 'None'
  }
  dependsOn: [
    blobServicesResource
  ]
}

resource storageAccountsResource2 'Microsoft.Storage/storageAccounts@2024-01-01' = if (empty(dataStorage)) {
  name: dataStorageInUse
  location: location
  sku: {
    name: storageSku
  }
  kind: 'StorageV2'
  properties: {
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    encryption: {
      keySource: 'Microsoft.Storage'
      requireInfrastructureEncryption: true
      services: {
        blob: {
          enabled: true
          keyType: 'Account'
        }
        queue: {
          enabled: true
          keyType: 'Account'
        }
        table: {
          enabled: true
          keyType: 'Account'
        }
      }
    }
  }
}

resource blobServicesResource2 'Microsoft.Storage/storageAccounts/blobServices@2024-01-01' = if (empty(dataStorage)) {
  name: '${dataStorageInUse}/default'
  properties: {
    deleteRetentionPolicy: {
      enabled: true
      days: 7
    }
    containerDeleteRetentionPolicy: {
      enabled: true
      days: 7
    }
  }
  dependsOn: [
    storageAccountsResource2
  ]
}

resource queueServicesResource 'Microsoft.Storage/storageAccounts/queueServices@2024-01-01' = if (empty(dataStorage)) {
  name: '${dataStorageInUse}/default'
  properties: {}
  dependsOn: [
    storageAccountsResource2
  ]
}

resource tableServicesResource 'Microsoft.Storage/storageAccounts/tableServices@2024-01-01' = if (empty(dataStorage)) {
  name: '${dataStorageInUse}/default'
  properties: {}
  dependsOn: [
    storageAccountsResource2
  ]
}

resource containersResource2 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = {
  name: '${dataStorageInUse}/default/tributary-letters'
  properties: {
    publicAccess: 'None'
  }
  dependsOn: [
    blobServicesResource2
  ]
}

resource queuesResource 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' = {
  name: '${dataStorageInUse}/default/tributary-parked'
  properties: {}
  dependsOn: [
    queueServicesResource
  ]
}

resource queuesResource2 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' = {
  name: '${dataStorageInUse}/default/tributary-parked-poison'
  properties: {}
  dependsOn: [
    queueServicesResource
  ]
}

resource queuesResource3 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' = {
  name: '${dataStorageInUse}/default/tributary-files'
  properties: {}
  dependsOn: [
    queueServicesResource
  ]
}

resource queuesResource4 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' = {
  name: '${dataStorageInUse}/default/tributary-files-poison'
  properties: {}
  dependsOn: [
    queueServicesResource
  ]
}

resource tablesResource 'Microsoft.Storage/storageAccounts/tableServices/tables@2024-01-01' = {
  name: '${dataStorageInUse}/default/tributarystate'
  properties: {}
  dependsOn: [
    tableServicesResource
  ]
}

resource managementPoliciesResource 'Microsoft.Storage/storageAccounts/managementPolicies@2024-01-01' = if (empty(dataStorage)) {
  name: '${dataStorageInUse}/default'
  properties: {
    policy: {
      rules: [
        {
          name: 'parked'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: {
              blobTypes: [
                'blockBlob'
              ]
              prefixMatch: [
                'tributary-letters/parked/'
              ]
            }
            actions: {
              baseBlob: {
                delete: {
                  daysAfterModificationGreaterThan: 30
                }
              }
            }
          }
        }
        {
          name: 'files'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: {
              blobTypes: [
                'blockBlob'
              ]
              prefixMatch: [
                'tributary-letters/files/'
              ]
            }
            actions: {
              baseBlob: {
                delete: {
                  daysAfterModificationGreaterThan: 400
                }
              }
            }
          }
        }
      ]
    }
  }
  dependsOn: [
    storageAccountsResource2
    blobServicesResource2
  ]
}

resource storageAccountsResource3 'Microsoft.Storage/storageAccounts@2024-01-01' = if ((files && empty(filesStorage))) {
  name: filesStorageInUse
  location: filesLocation
  sku: {
    name: storageSku
  }
  kind: 'StorageV2'
  properties: {
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    allowBlobPublicAccess: false
    allowSharedKeyAccess: adobeFilesByKey
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    encryption: {
      keySource: 'Microsoft.Storage'
      requireInfrastructureEncryption: true
      services: {
        blob: {
          enabled: true
          keyType: 'Account'
        }
        queue: {
          enabled: true
          keyType: 'Account'
        }
        table: {
          enabled: true
          keyType: 'Account'
        }
      }
    }
  }
}

resource blobServicesResource3 'Microsoft.Storage/storageAccounts/blobServices@2024-01-01' = if ((files && empty(filesStorage))) {
  name: '${filesStorageInUse}/default'
  properties: {
    deleteRetentionPolicy: {
      enabled: true
      days: 7
    }
    containerDeleteRetentionPolicy: {
      enabled: true
      days: 7
    }
  }
  dependsOn: [
    storageAccountsResource3
  ]
}

resource containersResource3 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = if (files) {
  name: '${filesStorageInUse}/default/${filesContainer}'
  properties: {
    publicAccess: 'None'
  }
  dependsOn: [
    blobServicesResource3
  ]
}

resource containersResource4 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = if (files) {
  name: '${filesStorageInUse}/default/undelivered-events'
  properties: {
    publicAccess: 'None'
  }
  dependsOn: [
    blobServicesResource3
  ]
}

resource namespacesResource 'Microsoft.EventHub/namespaces@2024-01-01' = if (empty(eventHubNamespace)) {
  name: namespace
  location: location
  sku: {
    name: 'Standard'
    tier: 'Standard'
    capacity: throughputUnits
  }
  properties: {
    minimumTlsVersion: '1.2'
    disableLocalAuth: !adobeSendsToEventHubs
    isAutoInflateEnabled: (maximumThroughputUnits > 0)
    maximumThroughputUnits: maximumThroughputUnits
    publicNetworkAccess: 'Enabled'
  }
}

resource eventhubsResource 'Microsoft.EventHub/namespaces/eventhubs@2024-01-01' = if (!eventHubExists) {
  name: '${namespace}/${eventHub}'
  properties: {
    partitionCount: partitions
    retentionDescription: {
      cleanupPolicy: 'Delete'
      retentionTimeInHours: retentionHours
    }
  }
  dependsOn: [
    namespacesResource
  ]
}

resource consumergroupsResource 'Microsoft.EventHub/namespaces/eventhubs/consumergroups@2024-01-01' = {
  name: '${namespace}/${eventHub}/${consumerGroup}'
  properties: {}
  dependsOn: [
    eventhubsResource
  ]
}

resource vaultsResource 'Microsoft.KeyVault/vaults@2024-11-01' = if (empty(keyVault)) {
  name: vault
  location: location
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    publicNetworkAccess: 'Enabled'
    networkAcls: {
      defaultAction: 'Allow'
      bypass: 'AzureServices'
    }
  }
}

resource workspacesResource 'Microsoft.OperationalInsights/workspaces@2022-10-01' = if (empty(workspace)) {
  name: workspaceInUse
  location: location
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: logDays
    features: {
      disableLocalAuth: true
    }
  }
}

resource componentsResource 'Microsoft.Insights/components@2020-02-02' = {
  name: insights
  location: location
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspaceId
    IngestionMode: 'LogAnalytics'
    DisableLocalAuth: true
  }
  dependsOn: [
    workspacesResource
  ]
}

resource diagnosticSettingsResource 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: sitesResource
  name: '${prefix}-${stage}-logs'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'FunctionAppLogs'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
  dependsOn: [
    sitesResource
    workspacesResource
  ]
}

resource diagnosticSettingsResource2 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: vaultsResource
  name: '${prefix}-${stage}-logs'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        categoryGroup: 'allLogs'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
  dependsOn: [
    vaultsResource
    workspacesResource
  ]
}

resource diagnosticSettingsResource3 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: namespacesResource
  name: '${prefix}-${stage}-logs'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        categoryGroup: 'allLogs'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
  dependsOn: [
    namespacesResource
    workspacesResource
  ]
}

resource diagnosticSettingsResource4 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: blobServicesResource
  name: '${prefix}-${stage}-logs'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'StorageWrite'
        enabled: true
      }
      {
        category: 'StorageDelete'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'Transaction'
        enabled: true
      }
    ]
  }
  dependsOn: [
    blobServicesResource
    workspacesResource
  ]
}

resource diagnosticSettingsResource5 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: blobServicesResource2
  name: '${prefix}-${stage}-logs'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'StorageWrite'
        enabled: true
      }
      {
        category: 'StorageDelete'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'Transaction'
        enabled: true
      }
    ]
  }
  dependsOn: [
    blobServicesResource2
    workspacesResource
  ]
}

resource diagnosticSettingsResource6 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: queueServicesResource
  name: '${prefix}-${stage}-logs'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'StorageWrite'
        enabled: true
      }
      {
        category: 'StorageDelete'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'Transaction'
        enabled: true
      }
    ]
  }
  dependsOn: [
    queueServicesResource
    workspacesResource
  ]
}

resource diagnosticSettingsResource7 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: tableServicesResource
  name: '${prefix}-${stage}-logs'
  properties: {
    workspaceId: workspaceId
    logs: []
    metrics: [
      {
        category: 'Transaction'
        enabled: true
      }
    ]
  }
  dependsOn: [
    tableServicesResource
    workspacesResource
  ]
}

resource diagnosticSettingsResource8 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if ((files && empty(filesStorage))) {
  scope: blobServicesResource3
  name: '${prefix}-${stage}-logs'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'StorageWrite'
        enabled: true
      }
      {
        category: 'StorageDelete'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'Transaction'
        enabled: true
      }
    ]
  }
  dependsOn: [
    blobServicesResource3
    workspacesResource
  ]
}

resource actionGroupsResource 'Microsoft.Insights/actionGroups@2021-09-01' = {
  name: '${prefix}-${stage}-alarms'
  location: 'Global'
  properties: {
    groupShortName: 'tributary'
    enabled: true
    emailReceivers: map(alertEmails, address => { 'name': address, 'emailAddress': address, 'useCommonAlertSchema': true })
  }
}

resource scheduledQueryRulesResource 'Microsoft.Insights/scheduledQueryRules@2025-01-01-preview' = {
  name: '${prefix}-${stage}-behind'
  location: location
  kind: 'LogAlert'
  properties: {
    displayName: '${prefix}-${stage}-behind'
    description: 'The consumer is behind: the oldest event of a batch had waited too long. ${'${runbooks}#the-consumer-is-behind'}'
    severity: 1
    enabled: true
    scopes: [
      workspaceId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: '${'let app = \'${app}\'; let data = \'${dataStorageInUse}\'; let hubs = \'${resourceId('Microsoft.EventHub/namespaces', namespace)}\'; '}AppTraces\n| where AppRoleName =~ app and Message has \'"event":"metrics"\'\n| extend line = parse_json(extract(@\'(\\{.*\\})\', 1, Message))\n| where tostring(line.event) == \'metrics\'\n| mv-expand metric = line.metrics\n| extend name = tostring(metric.name), total = toreal(metric[\'sum\']), most = toreal(metric[\'max\']),\n    door = tostring(metric.Door), ending = tostring(metric.Ending), connection = tostring(metric.Connection), code = tostring(metric.Code)\n| where name == \'Lag\' and door in (\'eventhub\')\n| summarize value = max(most) / 60000.0'
          timeAggregation: 'Maximum'
          metricMeasureColumn: 'value'
          operator: 'GreaterThan'
          threshold: lagMinutes
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        resourceId('Microsoft.Insights/actionGroups', '${prefix}-${stage}-alarms')
      ]
      customProperties: {
        runbook: '${runbooks}#the-consumer-is-behind'
        stage: stage
        app: app
      }
    }
  }
  dependsOn: [
    workspacesResource
    componentsResource
    actionGroupsResource
  ]
}

resource scheduledQueryRulesResource2 'Microsoft.Insights/scheduledQueryRules@2025-01-01-preview' = {
  name: '${prefix}-${stage}-silent'
  location: location
  kind: 'LogAlert'
  properties: {
    displayName: '${prefix}-${stage}-silent'
    description: 'Events come into the hub, and no batch of them ends. ${'${runbooks}#the-consumer-is-behind'}'
    severity: 1
    enabled: true
    scopes: [
      workspaceId
    ]
    evaluationFrequency: 'PT10M'
    windowSize: 'PT30M'
    autoMitigate: true
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: '${'let app = \'${app}\'; let data = \'${dataStorageInUse}\'; let hubs = \'${resourceId('Microsoft.EventHub/namespaces', namespace)}\'; '}let incoming = toscalar(AzureMetrics\n| where ResourceId =~ hubs and MetricName == \'IncomingMessages\'\n| summarize sum(Total));\nlet ended = toscalar(AppTraces\n| where AppRoleName =~ app and Message has \'"event":"metrics"\'\n| extend line = parse_json(extract(@\'(\\{.*\\})\', 1, Message))\n| where tostring(line.event) == \'metrics\'\n| mv-expand metric = line.metrics\n| extend name = tostring(metric.name), total = toreal(metric[\'sum\']), most = toreal(metric[\'max\']),\n    door = tostring(metric.Door), ending = tostring(metric.Ending), connection = tostring(metric.Connection), code = tostring(metric.Code)\n| where name == \'BatchMessages\' and door in (\'eventhub\')\n| count);\nprint value = iff(coalesce(incoming, 0.0) > 0.0 and ended == 0, 1, 0)'
          timeAggregation: 'Maximum'
          metricMeasureColumn: 'value'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        resourceId('Microsoft.Insights/actionGroups', '${prefix}-${stage}-alarms')
      ]
      customProperties: {
        runbook: '${runbooks}#the-consumer-is-behind'
        stage: stage
        app: app
      }
    }
  }
  dependsOn: [
    workspacesResource
    componentsResource
    actionGroupsResource
  ]
}

resource scheduledQueryRulesResource3 'Microsoft.Insights/scheduledQueryRules@2025-01-01-preview' = {
  name: '${prefix}-${stage}-held'
  location: location
  kind: 'LogAlert'
  properties: {
    displayName: '${prefix}-${stage}-held'
    description: 'Records are held in the stream: a connection is down as a whole, or the state store does not answer. ${'${runbooks}#records-are-held'}'
    severity: 1
    enabled: true
    scopes: [
      workspaceId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: '${'let app = \'${app}\'; let data = \'${dataStorageInUse}\'; let hubs = \'${resourceId('Microsoft.EventHub/namespaces', namespace)}\'; '}AppTraces\n| where AppRoleName =~ app and Message has \'"event":"metrics"\'\n| extend line = parse_json(extract(@\'(\\{.*\\})\', 1, Message))\n| where tostring(line.event) == \'metrics\'\n| mv-expand metric = line.metrics\n| extend name = tostring(metric.name), total = toreal(metric[\'sum\']), most = toreal(metric[\'max\']),\n    door = tostring(metric.Door), ending = tostring(metric.Ending), connection = tostring(metric.Connection), code = tostring(metric.Code)\n| where name == \'RecordsEnded\' and ending in (\'held\')\n| where total > 0\n| summarize value = dcount(bin(TimeGenerated, 5m))'
          timeAggregation: 'Maximum'
          metricMeasureColumn: 'value'
          operator: 'GreaterThan'
          threshold: 2
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        resourceId('Microsoft.Insights/actionGroups', '${prefix}-${stage}-alarms')
      ]
      customProperties: {
        runbook: '${runbooks}#records-are-held'
        stage: stage
        app: app
      }
    }
  }
  dependsOn: [
    workspacesResource
    componentsResource
    actionGroupsResource
  ]
}

resource scheduledQueryRulesResource4 'Microsoft.Insights/scheduledQueryRules@2025-01-01-preview' = {
  name: '${prefix}-${stage}-parked'
  location: location
  kind: 'LogAlert'
  properties: {
    displayName: '${prefix}-${stage}-parked'
    description: 'Many records are parked one by one. ${'${runbooks}#records-are-parked'}'
    severity: 2
    enabled: true
    scopes: [
      workspaceId
    ]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT60M'
    autoMitigate: true
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: '${'let app = \'${app}\'; let data = \'${dataStorageInUse}\'; let hubs = \'${resourceId('Microsoft.EventHub/namespaces', namespace)}\'; '}AppTraces\n| where AppRoleName =~ app and Message has \'"event":"metrics"\'\n| extend line = parse_json(extract(@\'(\\{.*\\})\', 1, Message))\n| where tostring(line.event) == \'metrics\'\n| mv-expand metric = line.metrics\n| extend name = tostring(metric.name), total = toreal(metric[\'sum\']), most = toreal(metric[\'max\']),\n    door = tostring(metric.Door), ending = tostring(metric.Ending), connection = tostring(metric.Connection), code = tostring(metric.Code)\n| where name == \'RecordsEnded\' and ending in (\'parked\')\n| summarize value = sum(total)'
          timeAggregation: 'Maximum'
          metricMeasureColumn: 'value'
          operator: 'GreaterThan'
          threshold: 99
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        resourceId('Microsoft.Insights/actionGroups', '${prefix}-${stage}-alarms')
      ]
      customProperties: {
        runbook: '${runbooks}#records-are-parked'
        stage: stage
        app: app
      }
    }
  }
  dependsOn: [
    workspacesResource
    componentsResource
    actionGroupsResource
  ]
}

resource scheduledQueryRulesResource5 'Microsoft.Insights/scheduledQueryRules@2025-01-01-preview' = {
  name: '${prefix}-${stage}-dead-letters'
  location: location
  kind: 'LogAlert'
  properties: {
    displayName: '${prefix}-${stage}-dead-letters'
    description: 'Records became dead letters. ${'${runbooks}#dead-letters'}'
    severity: 2
    enabled: true
    scopes: [
      workspaceId
    ]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT60M'
    autoMitigate: true
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: '${'let app = \'${app}\'; let data = \'${dataStorageInUse}\'; let hubs = \'${resourceId('Microsoft.EventHub/namespaces', namespace)}\'; '}AppTraces\n| where AppRoleName =~ app and Message has \'"event":"metrics"\'\n| extend line = parse_json(extract(@\'(\\{.*\\})\', 1, Message))\n| where tostring(line.event) == \'metrics\'\n| mv-expand metric = line.metrics\n| extend name = tostring(metric.name), total = toreal(metric[\'sum\']), most = toreal(metric[\'max\']),\n    door = tostring(metric.Door), ending = tostring(metric.Ending), connection = tostring(metric.Connection), code = tostring(metric.Code)\n| where name == \'RecordsEnded\' and ending in (\'rejected\', \'malformed\')\n| summarize value = sum(total)'
          timeAggregation: 'Maximum'
          metricMeasureColumn: 'value'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        resourceId('Microsoft.Insights/actionGroups', '${prefix}-${stage}-alarms')
      ]
      customProperties: {
        runbook: '${runbooks}#dead-letters'
        stage: stage
        app: app
      }
    }
  }
  dependsOn: [
    workspacesResource
    componentsResource
    actionGroupsResource
  ]
}

resource scheduledQueryRulesResource6 'Microsoft.Insights/scheduledQueryRules@2025-01-01-preview' = {
  name: '${prefix}-${stage}-rejected-share'
  location: location
  kind: 'LogAlert'
  properties: {
    displayName: '${prefix}-${stage}-rejected-share'
    description: 'Targets reject an unusual share of the records. ${'${runbooks}#targets-reject-many-records'}'
    severity: 2
    enabled: true
    scopes: [
      workspaceId
    ]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT60M'
    autoMitigate: true
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: '${'let app = \'${app}\'; let data = \'${dataStorageInUse}\'; let hubs = \'${resourceId('Microsoft.EventHub/namespaces', namespace)}\'; '}let refused = toscalar(AppTraces\n| where AppRoleName =~ app and Message has \'"event":"metrics"\'\n| extend line = parse_json(extract(@\'(\\{.*\\})\', 1, Message))\n| where tostring(line.event) == \'metrics\'\n| mv-expand metric = line.metrics\n| extend name = tostring(metric.name), total = toreal(metric[\'sum\']), most = toreal(metric[\'max\']),\n    door = tostring(metric.Door), ending = tostring(metric.Ending), connection = tostring(metric.Connection), code = tostring(metric.Code)\n| where name == \'RecordsEnded\' and ending in (\'rejected\', \'malformed\')\n| summarize value = sum(total));\nlet ended = toscalar(AppTraces\n| where AppRoleName =~ app and Message has \'"event":"metrics"\'\n| extend line = parse_json(extract(@\'(\\{.*\\})\', 1, Message))\n| where tostring(line.event) == \'metrics\'\n| mv-expand metric = line.metrics\n| extend name = tostring(metric.name), total = toreal(metric[\'sum\']), most = toreal(metric[\'max\']),\n    door = tostring(metric.Door), ending = tostring(metric.Ending), connection = tostring(metric.Connection), code = tostring(metric.Code)\n| where name == \'Records\'\n| summarize value = sum(total));\nprint value = iff(coalesce(refused, 0.0) >= 10, 100.0 * refused / ended, 0.0)'
          timeAggregation: 'Maximum'
          metricMeasureColumn: 'value'
          operator: 'GreaterThan'
          threshold: rejectedPercent
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        resourceId('Microsoft.Insights/actionGroups', '${prefix}-${stage}-alarms')
      ]
      customProperties: {
        runbook: '${runbooks}#targets-reject-many-records'
        stage: stage
        app: app
      }
    }
  }
  dependsOn: [
    workspacesResource
    componentsResource
    actionGroupsResource
  ]
}

resource scheduledQueryRulesResource7 'Microsoft.Insights/scheduledQueryRules@2025-01-01-preview' = {
  name: '${prefix}-${stage}-quota'
  location: location
  kind: 'LogAlert'
  properties: {
    displayName: '${prefix}-${stage}-quota'
    description: 'A target lets no more calls through: its quota is used up. ${'${runbooks}#a-quota-is-used-up'}'
    severity: 2
    enabled: true
    scopes: [
      workspaceId
    ]
    evaluationFrequency: 'PT10M'
    windowSize: 'PT30M'
    autoMitigate: true
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: '${'let app = \'${app}\'; let data = \'${dataStorageInUse}\'; let hubs = \'${resourceId('Microsoft.EventHub/namespaces', namespace)}\'; '}AppTraces\n| where AppRoleName =~ app and Message has \'"event":"metrics"\'\n| extend line = parse_json(extract(@\'(\\{.*\\})\', 1, Message))\n| where tostring(line.event) == \'metrics\'\n| mv-expand metric = line.metrics\n| extend name = tostring(metric.name), total = toreal(metric[\'sum\']), most = toreal(metric[\'max\']),\n    door = tostring(metric.Door), ending = tostring(metric.Ending), connection = tostring(metric.Connection), code = tostring(metric.Code)\n| where name == \'ConnectionFailures\' and code in (\'remote.quota\')\n| summarize value = sum(total)'
          timeAggregation: 'Maximum'
          metricMeasureColumn: 'value'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        resourceId('Microsoft.Insights/actionGroups', '${prefix}-${stage}-alarms')
      ]
      customProperties: {
        runbook: '${runbooks}#a-quota-is-used-up'
        stage: stage
        app: app
      }
    }
  }
  dependsOn: [
    workspacesResource
    componentsResource
    actionGroupsResource
  ]
}

resource scheduledQueryRulesResource8 'Microsoft.Insights/scheduledQueryRules@2025-01-01-preview' = {
  name: '${prefix}-${stage}-slowed'
  location: location
  kind: 'LogAlert'
  properties: {
    displayName: '${prefix}-${stage}-slowed'
    description: 'Records wait for calls: our own quota is used up, or a target throttles. ${'${runbooks}#a-quota-is-used-up'}'
    severity: 2
    enabled: true
    scopes: [
      workspaceId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: '${'let app = \'${app}\'; let data = \'${dataStorageInUse}\'; let hubs = \'${resourceId('Microsoft.EventHub/namespaces', namespace)}\'; '}AppTraces\n| where AppRoleName =~ app and Message has \'"event":"metrics"\'\n| extend line = parse_json(extract(@\'(\\{.*\\})\', 1, Message))\n| where tostring(line.event) == \'metrics\'\n| mv-expand metric = line.metrics\n| extend name = tostring(metric.name), total = toreal(metric[\'sum\']), most = toreal(metric[\'max\']),\n    door = tostring(metric.Door), ending = tostring(metric.Ending), connection = tostring(metric.Connection), code = tostring(metric.Code)\n| where name == \'QuotaSpent\'\n| union (AppTraces\n| where AppRoleName =~ app and Message has \'"event":"metrics"\'\n| extend line = parse_json(extract(@\'(\\{.*\\})\', 1, Message))\n| where tostring(line.event) == \'metrics\'\n| mv-expand metric = line.metrics\n| extend name = tostring(metric.name), total = toreal(metric[\'sum\']), most = toreal(metric[\'max\']),\n    door = tostring(metric.Door), ending = tostring(metric.Ending), connection = tostring(metric.Connection), code = tostring(metric.Code)\n| where name == \'ConnectionFailures\' and code in (\'remote.throttled\'))\n| summarize value = dcount(bin(TimeGenerated, 5m))'
          timeAggregation: 'Maximum'
          metricMeasureColumn: 'value'
          operator: 'GreaterThan'
          threshold: 2
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        resourceId('Microsoft.Insights/actionGroups', '${prefix}-${stage}-alarms')
      ]
      customProperties: {
        runbook: '${runbooks}#a-quota-is-used-up'
        stage: stage
        app: app
      }
    }
  }
  dependsOn: [
    workspacesResource
    componentsResource
    actionGroupsResource
  ]
}

resource scheduledQueryRulesResource9 'Microsoft.Insights/scheduledQueryRules@2025-01-01-preview' = {
  name: '${prefix}-${stage}-unauthorized'
  location: location
  kind: 'LogAlert'
  properties: {
    displayName: '${prefix}-${stage}-unauthorized'
    description: 'A target refuses our credentials or our rights. ${'${runbooks}#a-target-refuses-us'}'
    severity: 1
    enabled: true
    scopes: [
      workspaceId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT5M'
    autoMitigate: true
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: '${'let app = \'${app}\'; let data = \'${dataStorageInUse}\'; let hubs = \'${resourceId('Microsoft.EventHub/namespaces', namespace)}\'; '}AppTraces\n| where AppRoleName =~ app and Message has \'"event":"metrics"\'\n| extend line = parse_json(extract(@\'(\\{.*\\})\', 1, Message))\n| where tostring(line.event) == \'metrics\'\n| mv-expand metric = line.metrics\n| extend name = tostring(metric.name), total = toreal(metric[\'sum\']), most = toreal(metric[\'max\']),\n    door = tostring(metric.Door), ending = tostring(metric.Ending), connection = tostring(metric.Connection), code = tostring(metric.Code)\n| where name == \'ConnectionFailures\' and code in (\'remote.unauthorized\')\n| summarize value = sum(total)'
          timeAggregation: 'Maximum'
          metricMeasureColumn: 'value'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        resourceId('Microsoft.Insights/actionGroups', '${prefix}-${stage}-alarms')
      ]
      customProperties: {
        runbook: '${runbooks}#a-target-refuses-us'
        stage: stage
        app: app
      }
    }
  }
  dependsOn: [
    workspacesResource
    componentsResource
    actionGroupsResource
  ]
}

resource scheduledQueryRulesResource10 'Microsoft.Insights/scheduledQueryRules@2025-01-01-preview' = {
  name: '${prefix}-${stage}-audit-lost'
  location: location
  kind: 'LogAlert'
  properties: {
    displayName: '${prefix}-${stage}-audit-lost'
    description: 'Why things changed is not written down: the audit loses entries. ${'${runbooks}#the-audit-loses-entries'}'
    severity: 2
    enabled: true
    scopes: [
      workspaceId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: '${'let app = \'${app}\'; let data = \'${dataStorageInUse}\'; let hubs = \'${resourceId('Microsoft.EventHub/namespaces', namespace)}\'; '}AppTraces\n| where AppRoleName =~ app and Message has \'"event":"metrics"\'\n| extend line = parse_json(extract(@\'(\\{.*\\})\', 1, Message))\n| where tostring(line.event) == \'metrics\'\n| mv-expand metric = line.metrics\n| extend name = tostring(metric.name), total = toreal(metric[\'sum\']), most = toreal(metric[\'max\']),\n    door = tostring(metric.Door), ending = tostring(metric.Ending), connection = tostring(metric.Connection), code = tostring(metric.Code)\n| where name == \'AuditLost\'\n| where total > 0\n| summarize value = dcount(bin(TimeGenerated, 5m))'
          timeAggregation: 'Maximum'
          metricMeasureColumn: 'value'
          operator: 'GreaterThan'
          threshold: 2
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        resourceId('Microsoft.Insights/actionGroups', '${prefix}-${stage}-alarms')
      ]
      customProperties: {
        runbook: '${runbooks}#the-audit-loses-entries'
        stage: stage
        app: app
      }
    }
  }
  dependsOn: [
    workspacesResource
    componentsResource
    actionGroupsResource
  ]
}

resource scheduledQueryRulesResource11 'Microsoft.Insights/scheduledQueryRules@2025-01-01-preview' = {
  name: '${prefix}-${stage}-errors'
  location: location
  kind: 'LogAlert'
  properties: {
    displayName: '${prefix}-${stage}-errors'
    description: 'Functions fail. ${'${runbooks}#functions-fail'}'
    severity: 1
    enabled: true
    scopes: [
      workspaceId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: '${'let app = \'${app}\'; let data = \'${dataStorageInUse}\'; let hubs = \'${resourceId('Microsoft.EventHub/namespaces', namespace)}\'; '}AppRequests\n| where AppRoleName =~ app and isnotempty(OperationName)\n| where Success == false and OperationName != \'door\'\n| summarize spans = dcount(bin(TimeGenerated, 5m)) by OperationName\n| summarize value = max(iff(OperationName in (\'parked-records\', \'files\'), 3, spans))'
          timeAggregation: 'Maximum'
          metricMeasureColumn: 'value'
          operator: 'GreaterThan'
          threshold: 2
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        resourceId('Microsoft.Insights/actionGroups', '${prefix}-${stage}-alarms')
      ]
      customProperties: {
        runbook: '${runbooks}#functions-fail'
        stage: stage
        app: app
      }
    }
  }
  dependsOn: [
    workspacesResource
    componentsResource
    actionGroupsResource
  ]
}

resource scheduledQueryRulesResource12 'Microsoft.Insights/scheduledQueryRules@2025-01-01-preview' = {
  name: '${prefix}-${stage}-door-5xx'
  location: location
  kind: 'LogAlert'
  properties: {
    displayName: '${prefix}-${stage}-door-5xx'
    description: 'The door fails: Adobe is told to come again. ${'${runbooks}#the-door-fails'}'
    severity: 1
    enabled: true
    scopes: [
      workspaceId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: '${'let app = \'${app}\'; let data = \'${dataStorageInUse}\'; let hubs = \'${resourceId('Microsoft.EventHub/namespaces', namespace)}\'; '}AppRequests\n| where AppRoleName =~ app and isnotempty(OperationName)\n| where OperationName == \'door\' and ResultCode startswith \'5\'\n| summarize value = dcount(bin(TimeGenerated, 5m))'
          timeAggregation: 'Maximum'
          metricMeasureColumn: 'value'
          operator: 'GreaterThan'
          threshold: 1
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        resourceId('Microsoft.Insights/actionGroups', '${prefix}-${stage}-alarms')
      ]
      customProperties: {
        runbook: '${runbooks}#the-door-fails'
        stage: stage
        app: app
      }
    }
  }
  dependsOn: [
    workspacesResource
    componentsResource
    actionGroupsResource
  ]
}

resource scheduledQueryRulesResource13 'Microsoft.Insights/scheduledQueryRules@2025-01-01-preview' = {
  name: '${prefix}-${stage}-duration'
  location: location
  kind: 'LogAlert'
  properties: {
    displayName: '${prefix}-${stage}-duration'
    description: 'Functions take too long: an invocation came near its time limit. ${'${runbooks}#functions-take-too-long'}'
    severity: 2
    enabled: true
    scopes: [
      workspaceId
    ]
    evaluationFrequency: 'PT10M'
    windowSize: 'PT30M'
    autoMitigate: true
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: '${'let app = \'${app}\'; let data = \'${dataStorageInUse}\'; let hubs = \'${resourceId('Microsoft.EventHub/namespaces', namespace)}\'; '}AppRequests\n| where AppRoleName =~ app and isnotempty(OperationName)\n| summarize slowest = percentile(DurationMs, 99) by OperationName\n| summarize value = max(100.0 * slowest / case(OperationName == \'door\', 10000.0, 600000.0))'
          timeAggregation: 'Maximum'
          metricMeasureColumn: 'value'
          operator: 'GreaterThan'
          threshold: 90
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        resourceId('Microsoft.Insights/actionGroups', '${prefix}-${stage}-alarms')
      ]
      customProperties: {
        runbook: '${runbooks}#functions-take-too-long'
        stage: stage
        app: app
      }
    }
  }
  dependsOn: [
    workspacesResource
    componentsResource
    actionGroupsResource
  ]
}

resource scheduledQueryRulesResource14 'Microsoft.Insights/scheduledQueryRules@2025-01-01-preview' = {
  name: '${prefix}-${stage}-unparked'
  location: location
  kind: 'LogAlert'
  properties: {
    displayName: '${prefix}-${stage}-unparked'
    description: 'Messages were received in vain for days, lie in a queue of what failed, and are gone after seven days. ${'${runbooks}#messages-left-the-retry-queue'}'
    severity: 1
    enabled: true
    scopes: [
      workspaceId
    ]
    evaluationFrequency: 'PT60M'
    windowSize: 'P2D'
    autoMitigate: true
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: '${'let app = \'${app}\'; let data = \'${dataStorageInUse}\'; let hubs = \'${resourceId('Microsoft.EventHub/namespaces', namespace)}\'; '}StorageQueueLogs\n| where AccountName =~ data and Uri has \'-poison\' and StatusCode startswith \'2\'\n| summarize value = countif(OperationName == \'PutMessage\') - countif(OperationName == \'DeleteMessage\')'
          timeAggregation: 'Maximum'
          metricMeasureColumn: 'value'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        resourceId('Microsoft.Insights/actionGroups', '${prefix}-${stage}-alarms')
      ]
      customProperties: {
        runbook: '${runbooks}#messages-left-the-retry-queue'
        stage: stage
        app: app
      }
    }
  }
  dependsOn: [
    workspacesResource
    componentsResource
    actionGroupsResource
  ]
}

resource scheduledQueryRulesResource15 'Microsoft.Insights/scheduledQueryRules@2025-01-01-preview' = {
  name: '${prefix}-${stage}-state-throttled'
  location: location
  kind: 'LogAlert'
  properties: {
    displayName: '${prefix}-${stage}-state-throttled'
    description: 'The table of persons answers too little. ${'${runbooks}#the-state-table-throttles'}'
    severity: 2
    enabled: true
    scopes: [
      workspaceId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: '${'let app = \'${app}\'; let data = \'${dataStorageInUse}\'; let hubs = \'${resourceId('Microsoft.EventHub/namespaces', namespace)}\'; '}AzureMetrics\n| where ResourceId has strcat(\'/storageaccounts/\', data, \'/tableservices\') and MetricName == \'Availability\' and Average < 99\n| summarize value = dcount(bin(TimeGenerated, 5m))'
          timeAggregation: 'Maximum'
          metricMeasureColumn: 'value'
          operator: 'GreaterThan'
          threshold: 2
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        resourceId('Microsoft.Insights/actionGroups', '${prefix}-${stage}-alarms')
      ]
      customProperties: {
        runbook: '${runbooks}#the-state-table-throttles'
        stage: stage
        app: app
      }
    }
  }
  dependsOn: [
    workspacesResource
    componentsResource
    actionGroupsResource
  ]
}

resource workbooksResource 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, '${prefix}-${stage}-workbook')
  location: location
  kind: 'shared'
  properties: {
    displayName: '${prefix}-${stage}-workbook'
    category: 'workbook'
    sourceId: workspaceId
    serializedData: replace('{"version":"Notebook/1.0","items":[{"type":3,"name":"chart-0","content":{"version":"KqlItem/1.0","title":"How old the oldest event was, minutes","query":"<deployment>AppTraces\\n| where AppRoleName =~ app and Message has \'\\"event\\":\\"metrics\\"\'\\n| extend line = parse_json(extract(@\'(\\\\{.*\\\\})\', 1, Message))\\n| where tostring(line.event) == \'metrics\'\\n| mv-expand metric = line.metrics\\n| extend name = tostring(metric.name), total = toreal(metric[\'sum\']), most = toreal(metric[\'max\']),\\n    door = tostring(metric.Door), ending = tostring(metric.Ending), connection = tostring(metric.Connection), code = tostring(metric.Code)\\n| where name == \'Lag\' and door in (\'eventhub\')\\n| summarize lag = max(most) / 60000.0 by bin(TimeGenerated, 5m)","size":0,"timeContext":{"durationMs":86400000},"queryType":0,"resourceType":"microsoft.operationalinsights/workspaces","visualization":"timechart"}},{"type":3,"name":"chart-1","content":{"version":"KqlItem/1.0","title":"How records ended","query":"<deployment>AppTraces\\n| where AppRoleName =~ app and Message has \'\\"event\\":\\"metrics\\"\'\\n| extend line = parse_json(extract(@\'(\\\\{.*\\\\})\', 1, Message))\\n| where tostring(line.event) == \'metrics\'\\n| mv-expand metric = line.metrics\\n| extend name = tostring(metric.name), total = toreal(metric[\'sum\']), most = toreal(metric[\'max\']),\\n    door = tostring(metric.Door), ending = tostring(metric.Ending), connection = tostring(metric.Connection), code = tostring(metric.Code)\\n| where name == \'RecordsEnded\'\\n| summarize records = sum(total) by ending, bin(TimeGenerated, 5m)","size":0,"timeContext":{"durationMs":86400000},"queryType":0,"resourceType":"microsoft.operationalinsights/workspaces","visualization":"timechart"}},{"type":3,"name":"chart-2","content":{"version":"KqlItem/1.0","title":"Records in","query":"<deployment>AppTraces\\n| where AppRoleName =~ app and Message has \'\\"event\\":\\"metrics\\"\'\\n| extend line = parse_json(extract(@\'(\\\\{.*\\\\})\', 1, Message))\\n| where tostring(line.event) == \'metrics\'\\n| mv-expand metric = line.metrics\\n| extend name = tostring(metric.name), total = toreal(metric[\'sum\']), most = toreal(metric[\'max\']),\\n    door = tostring(metric.Door), ending = tostring(metric.Ending), connection = tostring(metric.Connection), code = tostring(metric.Code)\\n| where name == \'Records\'\\n| summarize records = sum(total) by bin(TimeGenerated, 5m)","size":0,"timeContext":{"durationMs":86400000},"queryType":0,"resourceType":"microsoft.operationalinsights/workspaces","visualization":"timechart"}},{"type":3,"name":"chart-3","content":{"version":"KqlItem/1.0","title":"What was refused, of a hundred","query":"<deployment>AppTraces\\n| where AppRoleName =~ app and Message has \'\\"event\\":\\"metrics\\"\'\\n| extend line = parse_json(extract(@\'(\\\\{.*\\\\})\', 1, Message))\\n| where tostring(line.event) == \'metrics\'\\n| mv-expand metric = line.metrics\\n| extend name = tostring(metric.name), total = toreal(metric[\'sum\']), most = toreal(metric[\'max\']),\\n    door = tostring(metric.Door), ending = tostring(metric.Ending), connection = tostring(metric.Connection), code = tostring(metric.Code)\\n| where name == \'RecordsEnded\' and ending in (\'delivered\', \'rejected\')\\n| summarize refused = 100.0 * sumif(total, ending == \'rejected\') / max_of(1.0, sum(total)) by bin(TimeGenerated, 5m)","size":0,"timeContext":{"durationMs":86400000},"queryType":0,"resourceType":"microsoft.operationalinsights/workspaces","visualization":"timechart"}},{"type":3,"name":"chart-4","content":{"version":"KqlItem/1.0","title":"Connections that failed as a whole, by reason","query":"<deployment>AppTraces\\n| where AppRoleName =~ app and Message has \'\\"event\\":\\"metrics\\"\'\\n| extend line = parse_json(extract(@\'(\\\\{.*\\\\})\', 1, Message))\\n| where tostring(line.event) == \'metrics\'\\n| mv-expand metric = line.metrics\\n| extend name = tostring(metric.name), total = toreal(metric[\'sum\']), most = toreal(metric[\'max\']),\\n    door = tostring(metric.Door), ending = tostring(metric.Ending), connection = tostring(metric.Connection), code = tostring(metric.Code)\\n| where name == \'ConnectionFailures\'\\n| summarize trials = sum(total) by code, bin(TimeGenerated, 5m)","size":0,"timeContext":{"durationMs":86400000},"queryType":0,"resourceType":"microsoft.operationalinsights/workspaces","visualization":"timechart"}},{"type":3,"name":"chart-5","content":{"version":"KqlItem/1.0","title":"Connections left alone (1)","query":"<deployment>AppTraces\\n| where AppRoleName =~ app and Message has \'\\"event\\":\\"metrics\\"\'\\n| extend line = parse_json(extract(@\'(\\\\{.*\\\\})\', 1, Message))\\n| where tostring(line.event) == \'metrics\'\\n| mv-expand metric = line.metrics\\n| extend name = tostring(metric.name), total = toreal(metric[\'sum\']), most = toreal(metric[\'max\']),\\n    door = tostring(metric.Door), ending = tostring(metric.Ending), connection = tostring(metric.Connection), code = tostring(metric.Code)\\n| where name == \'BreakerOpen\'\\n| summarize open = max(most) by connection, bin(TimeGenerated, 5m)","size":0,"timeContext":{"durationMs":86400000},"queryType":0,"resourceType":"microsoft.operationalinsights/workspaces","visualization":"timechart"}},{"type":3,"name":"chart-6","content":{"version":"KqlItem/1.0","title":"Calls by connection","query":"<deployment>AppTraces\\n| where AppRoleName =~ app and Message has \'\\"event\\":\\"metrics\\"\'\\n| extend line = parse_json(extract(@\'(\\\\{.*\\\\})\', 1, Message))\\n| where tostring(line.event) == \'metrics\'\\n| mv-expand metric = line.metrics\\n| extend name = tostring(metric.name), total = toreal(metric[\'sum\']), most = toreal(metric[\'max\']),\\n    door = tostring(metric.Door), ending = tostring(metric.Ending), connection = tostring(metric.Connection), code = tostring(metric.Code)\\n| where name == \'Calls\'\\n| summarize calls = sum(total) by connection, bin(TimeGenerated, 5m)","size":0,"timeContext":{"durationMs":86400000},"queryType":0,"resourceType":"microsoft.operationalinsights/workspaces","visualization":"timechart"}},{"type":3,"name":"chart-7","content":{"version":"KqlItem/1.0","title":"The slowest call, milliseconds","query":"<deployment>AppTraces\\n| where AppRoleName =~ app and Message has \'\\"event\\":\\"metrics\\"\'\\n| extend line = parse_json(extract(@\'(\\\\{.*\\\\})\', 1, Message))\\n| where tostring(line.event) == \'metrics\'\\n| mv-expand metric = line.metrics\\n| extend name = tostring(metric.name), total = toreal(metric[\'sum\']), most = toreal(metric[\'max\']),\\n    door = tostring(metric.Door), ending = tostring(metric.Ending), connection = tostring(metric.Connection), code = tostring(metric.Code)\\n| where name == \'CallDuration\'\\n| summarize slowest = max(most) by connection, bin(TimeGenerated, 5m)","size":0,"timeContext":{"durationMs":86400000},"queryType":0,"resourceType":"microsoft.operationalinsights/workspaces","visualization":"timechart"}},{"type":3,"name":"chart-8","content":{"version":"KqlItem/1.0","title":"Left of quotas, per cent","query":"<deployment>AppTraces\\n| where AppRoleName =~ app and Message has \'\\"event\\":\\"metrics\\"\'\\n| extend line = parse_json(extract(@\'(\\\\{.*\\\\})\', 1, Message))\\n| where tostring(line.event) == \'metrics\'\\n| mv-expand metric = line.metrics\\n| extend name = tostring(metric.name), total = toreal(metric[\'sum\']), most = toreal(metric[\'max\']),\\n    door = tostring(metric.Door), ending = tostring(metric.Ending), connection = tostring(metric.Connection), code = tostring(metric.Code)\\n| where name == \'QuotaLeft\'\\n| summarize left = min(total) by connection, bin(TimeGenerated, 5m)","size":0,"timeContext":{"durationMs":86400000},"queryType":0,"resourceType":"microsoft.operationalinsights/workspaces","visualization":"timechart"}},{"type":3,"name":"chart-9","content":{"version":"KqlItem/1.0","title":"Entries of the audit that were lost","query":"<deployment>AppTraces\\n| where AppRoleName =~ app and Message has \'\\"event\\":\\"metrics\\"\'\\n| extend line = parse_json(extract(@\'(\\\\{.*\\\\})\', 1, Message))\\n| where tostring(line.event) == \'metrics\'\\n| mv-expand metric = line.metrics\\n| extend name = tostring(metric.name), total = toreal(metric[\'sum\']), most = toreal(metric[\'max\']),\\n    door = tostring(metric.Door), ending = tostring(metric.Ending), connection = tostring(metric.Connection), code = tostring(metric.Code)\\n| where name == \'AuditLost\'\\n| summarize lost = sum(total) by bin(TimeGenerated, 5m)","size":0,"timeContext":{"durationMs":86400000},"queryType":0,"resourceType":"microsoft.operationalinsights/workspaces","visualization":"timechart"}},{"type":3,"name":"chart-10","content":{"version":"KqlItem/1.0","title":"Invocations that failed","query":"<deployment>AppRequests\\n| where AppRoleName =~ app and isnotempty(OperationName)\\n| where Success == false\\n| summarize failed = count() by bin(TimeGenerated, 5m)","size":0,"timeContext":{"durationMs":86400000},"queryType":0,"resourceType":"microsoft.operationalinsights/workspaces","visualization":"timechart"}},{"type":3,"name":"chart-11","content":{"version":"KqlItem/1.0","title":"How long invocations took, milliseconds","query":"<deployment>AppRequests\\n| where AppRoleName =~ app and isnotempty(OperationName)\\n| summarize p50 = percentile(DurationMs, 50), p99 = percentile(DurationMs, 99) by bin(TimeGenerated, 5m)","size":0,"timeContext":{"durationMs":86400000},"queryType":0,"resourceType":"microsoft.operationalinsights/workspaces","visualization":"timechart"}},{"type":3,"name":"chart-12","content":{"version":"KqlItem/1.0","title":"Events in and out of the hub","query":"<deployment>AzureMetrics\\n| where ResourceId =~ hubs and MetricName in (\'IncomingMessages\', \'OutgoingMessages\', \'ThrottledRequests\')\\n| summarize sum(Total) by MetricName, bin(TimeGenerated, 5m)","size":0,"timeContext":{"durationMs":86400000},"queryType":0,"resourceType":"microsoft.operationalinsights/workspaces","visualization":"timechart"}}],"$schema":"https://github.com/Microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json"}', '<deployment>', 'let app = \'${app}\'; let data = \'${dataStorageInUse}\'; let hubs = \'${resourceId('Microsoft.EventHub/namespaces', namespace)}\'; ')
  }
  dependsOn: [
    workspacesResource
  ]
}

resource roleAssignmentsResource 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: storageAccountsResource
  name: guid(resourceId('Microsoft.Storage/storageAccounts', hostStorage), resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b')
  properties: {
    principalId: reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), '2024-11-30').principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b')
    description: 'Storage Blob Data Owner'
  }
  dependsOn: [
    userAssignedIdentitiesResource
    storageAccountsResource
  ]
}

resource roleAssignmentsResource2 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: storageAccountsResource
  name: guid(resourceId('Microsoft.Storage/storageAccounts', hostStorage), resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3')
  properties: {
    principalId: reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), '2024-11-30').principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3')
    description: 'Storage Table Data Contributor'
  }
  dependsOn: [
    userAssignedIdentitiesResource
    storageAccountsResource
  ]
}

resource roleAssignmentsResource3 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: tablesResource
  name: guid(resourceId('Microsoft.Storage/storageAccounts/tableServices/tables', dataStorageInUse, 'default', 'tributarystate'), resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3')
  properties: {
    principalId: reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), '2024-11-30').principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3')
    description: 'Storage Table Data Contributor'
  }
  dependsOn: [
    userAssignedIdentitiesResource
    tablesResource
  ]
}

resource roleAssignmentsResource4 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: queuesResource
  name: guid(resourceId('Microsoft.Storage/storageAccounts/queueServices/queues', dataStorageInUse, 'default', 'tributary-parked'), resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), '974c5e8b-45b9-4653-ba55-5f855dd0fb88')
  properties: {
    principalId: reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), '2024-11-30').principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '974c5e8b-45b9-4653-ba55-5f855dd0fb88')
    description: 'Storage Queue Data Contributor'
  }
  dependsOn: [
    userAssignedIdentitiesResource
    queuesResource
  ]
}

resource roleAssignmentsResource5 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: queuesResource2
  name: guid(resourceId('Microsoft.Storage/storageAccounts/queueServices/queues', dataStorageInUse, 'default', 'tributary-parked-poison'), resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), '974c5e8b-45b9-4653-ba55-5f855dd0fb88')
  properties: {
    principalId: reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), '2024-11-30').principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '974c5e8b-45b9-4653-ba55-5f855dd0fb88')
    description: 'Storage Queue Data Contributor'
  }
  dependsOn: [
    userAssignedIdentitiesResource
    queuesResource2
  ]
}

resource roleAssignmentsResource6 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (files) {
  scope: queuesResource3
  name: guid(resourceId('Microsoft.Storage/storageAccounts/queueServices/queues', dataStorageInUse, 'default', 'tributary-files'), resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), '974c5e8b-45b9-4653-ba55-5f855dd0fb88')
  properties: {
    principalId: reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), '2024-11-30').principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '974c5e8b-45b9-4653-ba55-5f855dd0fb88')
    description: 'Storage Queue Data Contributor'
  }
  dependsOn: [
    userAssignedIdentitiesResource
    queuesResource3
  ]
}

resource roleAssignmentsResource7 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (files) {
  scope: queuesResource4
  name: guid(resourceId('Microsoft.Storage/storageAccounts/queueServices/queues', dataStorageInUse, 'default', 'tributary-files-poison'), resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), '974c5e8b-45b9-4653-ba55-5f855dd0fb88')
  properties: {
    principalId: reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), '2024-11-30').principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '974c5e8b-45b9-4653-ba55-5f855dd0fb88')
    description: 'Storage Queue Data Contributor'
  }
  dependsOn: [
    userAssignedIdentitiesResource
    queuesResource4
  ]
}

resource roleAssignmentsResource8 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: containersResource2
  name: guid(resourceId('Microsoft.Storage/storageAccounts/blobServices/containers', dataStorageInUse, 'default', 'tributary-letters'), resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), 'ba92f5b4-2d11-453d-a403-e96b0029c9fe')
  properties: {
    principalId: reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), '2024-11-30').principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'ba92f5b4-2d11-453d-a403-e96b0029c9fe')
    description: 'Storage Blob Data Contributor'
  }
  dependsOn: [
    userAssignedIdentitiesResource
    containersResource2
  ]
}

resource roleAssignmentsResource9 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (files) {
  scope: containersResource3
  name: guid(resourceId('Microsoft.Storage/storageAccounts/blobServices/containers', filesStorageInUse, 'default', filesContainer), resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), 'ba92f5b4-2d11-453d-a403-e96b0029c9fe')
  properties: {
    principalId: reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), '2024-11-30').principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'ba92f5b4-2d11-453d-a403-e96b0029c9fe')
    description: 'Storage Blob Data Contributor'
  }
  dependsOn: [
    userAssignedIdentitiesResource
    containersResource3
  ]
}

resource roleAssignmentsResource10 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: eventhubsResource
  name: guid(resourceId('Microsoft.EventHub/namespaces/eventhubs', namespace, eventHub), resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), 'a638d3c7-ab3a-418d-83e6-5f17a39d4fde')
  properties: {
    principalId: reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), '2024-11-30').principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'a638d3c7-ab3a-418d-83e6-5f17a39d4fde')
    description: 'Azure Event Hubs Data Receiver'
  }
  dependsOn: [
    userAssignedIdentitiesResource
    eventhubsResource
  ]
}

resource roleAssignmentsResource11 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: eventhubsResource
  name: guid(resourceId('Microsoft.EventHub/namespaces/eventhubs', namespace, eventHub), resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), '2b629674-e913-4c01-ae53-ef4638d8f975')
  properties: {
    principalId: reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), '2024-11-30').principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '2b629674-e913-4c01-ae53-ef4638d8f975')
    description: 'Azure Event Hubs Data Sender'
  }
  dependsOn: [
    userAssignedIdentitiesResource
    eventhubsResource
  ]
}

resource roleAssignmentsResource12 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vaultsResource
  name: guid(resourceId('Microsoft.KeyVault/vaults', vault), resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), '4633458b-17de-408a-b874-0445c86b69e6')
  properties: {
    principalId: reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), '2024-11-30').principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4633458b-17de-408a-b874-0445c86b69e6')
    description: 'Key Vault Secrets User'
  }
  dependsOn: [
    userAssignedIdentitiesResource
    vaultsResource
  ]
}

resource roleAssignmentsResource13 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: componentsResource
  name: guid(resourceId('Microsoft.Insights/components', insights), resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), '3913510d-42f4-4e42-8a64-420c390055eb')
  properties: {
    principalId: reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), '2024-11-30').principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '3913510d-42f4-4e42-8a64-420c390055eb')
    description: 'Monitoring Metrics Publisher'
  }
  dependsOn: [
    userAssignedIdentitiesResource
    componentsResource
  ]
}

resource serverfarmsResource 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: plan
  location: location
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource sitesResource 'Microsoft.Web/sites@2024-11-01' = {
  name: app
  location: location
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity)}': {}
    }
  }
  properties: {
    serverFarmId: resourceId('Microsoft.Web/serverfarms', plan)
    httpsOnly: true
    clientCertEnabled: contains(doorAuth, 'mtls')
    clientCertMode: 'OptionalInteractiveUser'
    keyVaultReferenceIdentity: resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity)
    publicNetworkAccess: 'Enabled'
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${reference(resourceId('Microsoft.Storage/storageAccounts', hostStorage), '2024-01-01').primaryEndpoints.blob}app-packages'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity)
          }
        }
      }
      runtime: {
        name: 'node'
        version: nodeVersion
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstances
        alwaysReady: ((readyDoors > 0) ? [{ 'name': 'http', 'instanceCount': readyDoors }] : [])
      }
    }
  }
  dependsOn: [
    serverfarmsResource
    userAssignedIdentitiesResource
    containersResource
    roleAssignmentsResource
  ]
}

resource configResource 'Microsoft.Web/sites/config@2024-11-01' = {
  name: '${app}/appsettings'
  properties: union({ 'APPLICATIONINSIGHTS_CONNECTION_STRING': reference(resourceId('Microsoft.Insights/components', insights), '2020-02-02').ConnectionString, 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING': 'ClientId=${reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), '2024-11-30').clientId};Authorization=AAD', 'AzureWebJobsStorage__accountName': hostStorage, 'AzureWebJobsStorage__credential': 'managedidentity', 'AzureWebJobsStorage__clientId': reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), '2024-11-30').clientId, 'EventHubConnection__fullyQualifiedNamespace': '${namespace}.servicebus.windows.net', 'EventHubConnection__credential': 'managedidentity', 'EventHubConnection__clientId': reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), '2024-11-30').clientId, 'EVENT_HUB_NAME': eventHub, 'EVENT_HUB_CONSUMER_GROUP': consumerGroup, 'TRIBUTARY_STORAGE_CONNECTION__accountName': dataStorageInUse, 'TRIBUTARY_STORAGE_CONNECTION__credential': 'managedidentity', 'TRIBUTARY_STORAGE_CONNECTION__clientId': reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), '2024-11-30').clientId, 'TRIBUTARY_PARKING_QUEUE': 'tributary-parked', 'TRIBUTARY_PARKING': 'storage-queue:tributary-parked', 'TRIBUTARY_DEAD_LETTERS': 'blob:tributary-letters', 'TRIBUTARY_STATE': 'azure-table:tributarystate', 'TRIBUTARY_STATE_CONNECTION__accountName': dataStorageInUse, 'TRIBUTARY_STATE_CONNECTION__credential': 'managedidentity', 'TRIBUTARY_STATE_CONNECTION__clientId': reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), '2024-11-30').clientId, 'TRIBUTARY_SWEEP_SCHEDULE': '0 20 * * * *', 'TRIBUTARY_CONFIG': 'rules/tributary.json', 'TRIBUTARY_LOG_LEVEL': 'info', 'TRIBUTARY_METRICS': 'lines', 'TRIBUTARY_TRACES': traces, 'TRIBUTARY_TRACES_SHARE': tracesShare, 'TRIBUTARY_TRACES_HEADERS': tracesHeaders, 'TRIBUTARY_LOG_KEY': '@Microsoft.KeyVault(VaultName=${vault};SecretName=log-key)', 'TRIBUTARY_DOOR_STREAM': 'event-hub:${eventHub}', 'TRIBUTARY_DOOR_STREAM__fullyQualifiedNamespace': '${namespace}.servicebus.windows.net', 'TRIBUTARY_DOOR_STREAM__credential': 'managedidentity', 'TRIBUTARY_DOOR_STREAM__clientId': reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), '2024-11-30').clientId, 'TRIBUTARY_DOOR_AUTH': doorAuth }, (files ? { 'TRIBUTARY_FILES_QUEUE': 'storage-queue:tributary-files', 'TRIBUTARY_FILES_SCHEDULE': '0 */5 * * * *' } : {  }), toObject(secrets, name => 'TRIBUTARY_SECRET_${toUpper(replace(replace(name, '-', '_'), '.', '_'))}', name => '@Microsoft.KeyVault(VaultName=${vault};SecretName=${name})'), settings)
  dependsOn: [
    sitesResource
    userAssignedIdentitiesResource
    componentsResource
    roleAssignmentsResource12
  ]
}

resource basicPublishingCredentialsPoliciesResource 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  name: '${app}/ftp'
  properties: {
    allow: false
  }
  dependsOn: [
    sitesResource
  ]
}

resource basicPublishingCredentialsPoliciesResource2 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  name: '${app}/scm'
  properties: {
    allow: false
  }
  dependsOn: [
    sitesResource
  ]
}

resource systemTopicsResource 'Microsoft.EventGrid/systemTopics@2022-06-15' = if (files) {
  name: '${prefix}-${stage}-files'
  location: filesLocation
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    source: resourceId('Microsoft.Storage/storageAccounts', filesStorageInUse)
    topicType: 'Microsoft.Storage.StorageAccounts'
  }
  dependsOn: [
    storageAccountsResource3
  ]
}

resource roleAssignmentsResource14 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (files) {
  scope: queuesResource3
  name: guid(resourceId('Microsoft.Storage/storageAccounts/queueServices/queues', dataStorageInUse, 'default', 'tributary-files'), resourceId('Microsoft.EventGrid/systemTopics', '${prefix}-${stage}-files'), 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a')
  properties: {
    principalId: reference(resourceId('Microsoft.EventGrid/systemTopics', '${prefix}-${stage}-files'), '2022-06-15', 'full').identity.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a')
    description: 'Storage Queue Data Message Sender'
  }
  dependsOn: [
    systemTopicsResource
    queuesResource3
  ]
}

resource roleAssignmentsResource15 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (files) {
  scope: containersResource4
  name: guid(resourceId('Microsoft.Storage/storageAccounts/blobServices/containers', filesStorageInUse, 'default', 'undelivered-events'), resourceId('Microsoft.EventGrid/systemTopics', '${prefix}-${stage}-files'), 'ba92f5b4-2d11-453d-a403-e96b0029c9fe')
  properties: {
    principalId: reference(resourceId('Microsoft.EventGrid/systemTopics', '${prefix}-${stage}-files'), '2022-06-15', 'full').identity.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'ba92f5b4-2d11-453d-a403-e96b0029c9fe')
    description: 'Storage Blob Data Contributor'
  }
  dependsOn: [
    systemTopicsResource
    containersResource4
  ]
}

resource eventSubscriptionsResource 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2022-06-15' = if (files) {
  name: '${'${prefix}-${stage}-files'}/blobs'
  properties: {
    eventDeliverySchema: 'EventGridSchema'
    deliveryWithResourceIdentity: {
      identity: {
        type: 'SystemAssigned'
      }
      destination: {
        endpointType: 'StorageQueue'
        properties: {
          resourceId: resourceId('Microsoft.Storage/storageAccounts', dataStorageInUse)
          queueName: 'tributary-files'
          queueMessageTimeToLiveInSeconds: -1
        }
      }
    }
    filter: {
      includedEventTypes: [
        'Microsoft.Storage.BlobCreated'
      ]
      subjectBeginsWith: '/blobServices/default/containers/${filesContainer}/'
    }
    retryPolicy: {
      maxDeliveryAttempts: 30
      eventTimeToLiveInMinutes: 1440
    }
    deadLetterWithResourceIdentity: {
      identity: {
        type: 'SystemAssigned'
      }
      deadLetterDestination: {
        endpointType: 'StorageBlob'
        properties: {
          resourceId: resourceId('Microsoft.Storage/storageAccounts', filesStorageInUse)
          blobContainerName: 'undelivered-events'
        }
      }
    }
  }
  dependsOn: [
    systemTopicsResource
    queuesResource3
    roleAssignmentsResource14
    roleAssignmentsResource15
  ]
}

output app string = app
output door string = 'https://${reference(resourceId('Microsoft.Web/sites', app), '2024-11-01').defaultHostName}'
output vault string = vault
output namespace string = namespace
output identity string = reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', identity), '2024-11-30').clientId
output filesStorage string = filesStorageInUse
output dataStorage string = dataStorageInUse
