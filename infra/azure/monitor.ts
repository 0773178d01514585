import { call, concat, type Expression, type Resource } from './expression.js';
import { type Account, IDS, serviceId } from './names.js';
import { made, named, parameter, variable } from './parameters.js';

interface Watched {
  readonly on: Expression;
  readonly logs?: readonly ({ readonly categoryGroup: string } | { readonly category: string })[];
  readonly metrics?: string;
  readonly condition?: Expression;
}

const watch = ({ on, logs = [], metrics = 'AllMetrics', condition }: Watched): Resource => ({
  type: 'Microsoft.Insights/diagnosticSettings',
  apiVersion: '2021-05-01-preview',
  name: named('logs'),
  ...(condition && { condition }),
  scope: on,
  dependsOn: [on, IDS.workspace],
  properties: {
    workspaceId: variable('workspaceId'),
    logs: logs.map((log) => ({ ...log, enabled: true })),
    metrics: [{ category: metrics, enabled: true }],
  },
});

/** Changes and refusals, not every reading: a state is read with each record. */
const CHANGES = [{ category: 'StorageWrite' }, { category: 'StorageDelete' }];
const ALL = [{ categoryGroup: 'allLogs' }];

const watchStorage = (account: Account, condition?: Expression): Resource[] =>
  (account === 'dataStorage'
    ? (['blobServices', 'queueServices', 'tableServices'] as const)
    : (['blobServices'] as const)
  ).map((kind) =>
    watch({
      on: serviceId(account, kind),
      // A write to the table comes with each record: its metrics tell enough.
      logs: kind === 'tableServices' ? [] : CHANGES,
      metrics: 'Transaction',
      ...(condition && { condition }),
    }),
  );

/** Where logs and metrics go, and what sends them there. */
export const MONITORING: readonly Resource[] = [
  {
    type: 'Microsoft.OperationalInsights/workspaces',
    apiVersion: '2022-10-01',
    name: variable('workspace'),
    condition: made('workspace'),
    location: parameter('location'),
    properties: {
      sku: { name: 'PerGB2018' },
      retentionInDays: parameter('logDays'),
      features: { disableLocalAuth: true },
    },
  },
  {
    type: 'Microsoft.Insights/components',
    apiVersion: '2020-02-02',
    name: variable('insights'),
    location: parameter('location'),
    kind: 'web',
    dependsOn: [IDS.workspace],
    properties: {
      Application_Type: 'web',
      WorkspaceResourceId: variable('workspaceId'),
      IngestionMode: 'LogAnalytics',
      DisableLocalAuth: true,
    },
  },
  watch({ on: IDS.app, logs: [{ category: 'FunctionAppLogs' }] }),
  watch({ on: IDS.vault, logs: ALL }),
  watch({ on: IDS.namespace, logs: ALL }),
  ...watchStorage('hostStorage'),
  // Of one that was there already too: alarms rest on its queues and tables.
  ...watchStorage('dataStorage'),
  ...watchStorage('filesStorage', call('and', parameter('files'), made('filesStorage'))),
];

/** Those who are told of alarms. */
export const ACTION_GROUP: Resource = {
  type: 'Microsoft.Insights/actionGroups',
  apiVersion: '2021-09-01',
  name: named('alarms'),
  location: 'Global',
  properties: {
    groupShortName: 'tributary',
    enabled: true,
    emailReceivers: call(
      'map',
      parameter('alertEmails'),
      call(
        'lambda',
        'address',
        call(
          'createObject',
          'name',
          call('lambdaVariables', 'address'),
          'emailAddress',
          call('lambdaVariables', 'address'),
          'useCommonAlertSchema',
          true,
        ),
      ),
    ),
  },
};

/** The link that an alarm carries, to a heading of that page. */
export const runbook = (heading: string): Expression => concat(parameter('runbooks'), `#${heading}`);
