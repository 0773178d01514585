import { call, type Resource } from './expression.js';
import { IDS } from './names.js';
import { named, parameter, variable } from './parameters.js';
import { BATCHES, BREAKERS, INVOCATIONS, LAG } from './queries.js';

interface Chart {
  readonly title: string;
  readonly query: string;
}

const bins = (what: string): string => `\n| summarize ${what} by bin(TimeGenerated, 5m)`;

/** What an operator looks at, in the order in which one asks. */
export const CHARTS: readonly Chart[] = [
  { title: 'How old the oldest event was, minutes', query: `${LAG}${bins('lag = max(minutes)')}` },
  {
    title: 'How records ended',
    query: `${BATCHES}${bins('delivered = sum(delivered), unchanged = sum(unchanged), held = sum(held), parked = sum(parked), rejected = sum(rejected), malformed = sum(malformed)')}`,
  },
  { title: 'Records in', query: `${BATCHES}${bins('records = sum(records)')}` },
  {
    title: 'What was refused, of a hundred',
    query: `${BATCHES}${bins('refused = 100.0 * sum(rejected) / max_of(1, sum(delivered) + sum(rejected))')}`,
  },
  {
    title: 'Connections that are closed off, by reason',
    query: `${BREAKERS}\n| summarize trials = count() by code, bin(TimeGenerated, 5m)`,
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
    query: `AzureMetrics
| where ResourceProvider == 'MICROSOFT.EVENTHUB' and MetricName in ('IncomingMessages', 'OutgoingMessages', 'ThrottledRequests')
| summarize sum(Total) by MetricName, bin(TimeGenerated, 5m)`,
  },
];

/** https://learn.microsoft.com/azure/azure-monitor/visualize/workbooks-overview */
const content = {
  version: 'Notebook/1.0',
  items: CHARTS.map(({ title, query }, index) => ({
    type: 3,
    name: `chart-${index}`,
    content: {
      version: 'KqlItem/1.0',
      title,
      query,
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
    serializedData: JSON.stringify(content),
  },
};
