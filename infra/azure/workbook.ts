import { call, type Resource } from './expression.js';
import { IDS } from './names.js';
import { named, parameter, variable } from './parameters.js';
import { DEPLOYMENT, HUBS, INVOCATIONS, numbers } from './queries.js';

interface Chart {
  readonly title: string;
  readonly query: string;
}

const bins = (what: string): string => `\n| summarize ${what} by bin(TimeGenerated, 5m)`;
const binsBy = (what: string, column: string): string =>
  `\n| summarize ${what} by ${column}, bin(TimeGenerated, 5m)`;

/** What an operator looks at, in the order in which one asks. */
export const CHARTS: readonly Chart[] = [
  {
    title: 'How old the oldest event was, minutes',
    query: `${numbers('Lag', { Door: ['eventhub'] })}${bins('lag = max(most) / 60000.0')}`,
  },
  {
    title: 'How records ended',
    query: `${numbers('RecordsEnded')}${binsBy('records = sum(total)', 'ending')}`,
  },
  { title: 'Records in', query: `${numbers('Records')}${bins('records = sum(total)')}` },
  {
    title: 'What was refused, of a hundred',
    query: `${numbers('RecordsEnded', { Ending: ['delivered', 'rejected'] })}${bins("refused = 100.0 * sumif(total, ending == 'rejected') / max_of(1.0, sum(total))")}`,
  },
  {
    title: 'Connections that failed as a whole, by reason',
    query: `${numbers('ConnectionFailures')}${binsBy('trials = sum(total)', 'code')}`,
  },
  {
    title: 'Connections left alone (1)',
    query: `${numbers('BreakerOpen')}${binsBy('open = max(most)', 'connection')}`,
  },
  { title: 'Calls by connection', query: `${numbers('Calls')}${binsBy('calls = sum(total)', 'connection')}` },
  {
    title: 'The slowest call, milliseconds',
    query: `${numbers('CallDuration')}${binsBy('slowest = max(most)', 'connection')}`,
  },
  {
    title: 'Left of quotas, per cent',
    query: `${numbers('QuotaLeft')}${binsBy('left = min(total)', 'connection')}`,
  },
  {
    title: 'Entries of the audit that were lost',
    query: `${numbers('AuditLost')}${bins('lost = sum(total)')}`,
  },
  {
    title: 'Invocations that failed',
    query: `${INVOCATIONS}\n| where Success == false${bins('failed = count()')}`,
  },
  {
    title: 'How long invocations took, milliseconds',
    query: `${INVOCATIONS}${bins('p50 = percentile(DurationMs, 50), p99 = percentile(DurationMs, 99)')}`,
  },
  {
    title: 'Events in and out of the hub',
    query: `${HUBS} and MetricName in ('IncomingMessages', 'OutgoingMessages', 'ThrottledRequests')
| summarize sum(Total) by MetricName, bin(TimeGenerated, 5m)`,
  },
];

/** Stands where the deployment will stand. */
const PLACE = '<deployment>';

/** https://learn.microsoft.com/azure/azure-monitor/visualize/workbooks-overview */
const content = {
  version: 'Notebook/1.0',
  items: CHARTS.map(({ title, query }, index) => ({
    type: 3,
    name: `chart-${index}`,
    content: {
      version: 'KqlItem/1.0',
      title,
      query: `${PLACE}${query}`,
      size: 0,
      timeContext: { durationMs: 86_400_000 },
      queryType: 0,
      resourceType: 'microsoft.operationalinsights/workspaces',
      visualization: 'timechart',
    },
  })),
  $schema: 'https://github.com/Microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json',
};

/** The page an operator opens; its name is a guid, as the type demands. */
export const WORKBOOK: Resource = {
  type: 'Microsoft.Insights/workbooks',
  apiVersion: '2023-06-01',
  name: call('guid', call('resourceGroup').member('id'), named('workbook')),
  location: parameter('location'),
  kind: 'shared',
  dependsOn: [IDS.workspace],
  properties: {
    displayName: named('workbook'),
    category: 'workbook',
    sourceId: variable('workspaceId'),
    serializedData: call('replace', JSON.stringify(content), PLACE, DEPLOYMENT),
  },
};
