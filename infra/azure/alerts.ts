import { concat, type Operand, type Resource } from './expression.js';
import { runbook } from './monitor.js';
import { IDS } from './names.js';
import { named, parameter, variable } from './parameters.js';
import { BATCHES, INVOCATIONS, LAG, POISON } from './queries.js';

/** An alarm: the same names and meanings as on AWS; docs/operations.md has a runbook for each. */
export interface Alarm {
  readonly name: string;
  readonly says: string;
  /** Gives one row with the number `value`, or rows of which the largest counts. */
  readonly query: string;
  /** Rings above it. */
  readonly above: Operand;
  /** Minutes that are looked at, and how often. */
  readonly window: number;
  readonly every: number;
  /** 1 error, 2 warning. https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-overview */
  readonly severity: 1 | 2;
}

const total = (query: string, of: string): string => `${query}\n| summarize value = sum(${of})`;

/** `functionTimeout` of host.json is ten minutes, and a batch should end after eight. */
const NEAR_LIMIT_MS = 540_000;

export const ALARMS: readonly Alarm[] = [
  {
    name: 'lag',
    says: 'The oldest event of a batch had waited too long.',
    query: `${LAG}\n| summarize value = max(minutes)`,
    above: parameter('lagMinutes'),
    window: 15,
    every: 5,
    severity: 1,
  },
  {
    name: 'silent',
    says: 'Events come into the hub, and no batch of them ends.',
    query: `let incoming = toscalar(AzureMetrics
| where ResourceProvider == 'MICROSOFT.EVENTHUB' and MetricName == 'IncomingMessages'
| summarize sum(Total));
let ended = toscalar(${BATCHES}
| where source startswith 'eventhub:'
| count);
print value = iff(coalesce(incoming, 0.0) > 0.0 and ended == 0, 1, 0)`,
    above: 0,
    window: 30,
    every: 10,
    severity: 1,
  },
  {
    name: 'held',
    says: 'Records are given back to the stream: a target is down.',
    query: total(BATCHES, 'held'),
    above: 0,
    window: 15,
    every: 5,
    severity: 1,
  },
  {
    name: 'parked',
    says: 'Many records fail alone and wait in the retry queue.',
    query: total(BATCHES, 'parked'),
    above: 100,
    window: 60,
    every: 15,
    severity: 2,
  },
  {
    name: 'dead-letters',
    says: 'Records were given up: refused by a target for good, or not to be read.',
    query: total(BATCHES, 'rejected + malformed'),
    above: 0,
    window: 60,
    every: 15,
    severity: 2,
  },
  {
    name: 'rejected-share',
    says: 'Of a hundred changes a target refuses more than one.',
    query: `${BATCHES}\n| summarize refused = sum(rejected), sent = sum(delivered) + sum(rejected)
| project value = iff(sent >= 100, 100.0 * refused / sent, 0.0)`,
    above: 1,
    window: 60,
    every: 15,
    severity: 2,
  },
  {
    name: 'quota',
    says: 'A quota of a target is used up.',
    query: total(BATCHES, 'quota'),
    above: 0,
    window: 60,
    every: 15,
    severity: 2,
  },
  {
    name: 'errors',
    says: 'Invocations fail.',
    query: `${INVOCATIONS}\n| where Success == false\n| summarize value = count()`,
    above: 5,
    window: 15,
    every: 5,
    severity: 1,
  },
  {
    name: 'duration',
    says: 'An invocation takes almost as long as it may.',
    query: `${INVOCATIONS}\n| summarize value = max(DurationMs)`,
    above: NEAR_LIMIT_MS,
    window: 30,
    every: 10,
    severity: 2,
  },
  {
    name: 'poison',
    says: 'The host has given a message of a queue up.',
    query: `${POISON}\n| summarize value = count()`,
    above: 0,
    window: 60,
    every: 15,
    severity: 1,
  },
];

const minutes = (count: number): string => `PT${count}M`;

const toRule = ({ name, says, query, above, window, every, severity }: Alarm): Resource => ({
  type: 'Microsoft.Insights/scheduledQueryRules',
  apiVersion: '2025-01-01-preview',
  name: named(name),
  location: parameter('location'),
  kind: 'LogAlert',
  dependsOn: [IDS.workspace, IDS.insights, IDS.actionGroup],
  properties: {
    displayName: named(name),
    description: concat(`${says} `, runbook(name)),
    severity,
    enabled: true,
    scopes: [variable('workspaceId')],
    evaluationFrequency: minutes(every),
    windowSize: minutes(window),
    autoMitigate: true,
    // A table is there only once something was written to it.
    skipQueryValidation: true,
    criteria: {
      allOf: [
        {
          query,
          timeAggregation: 'Maximum',
          metricMeasureColumn: 'value',
          operator: 'GreaterThan',
          threshold: above,
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 },
        },
      ],
    },
    actions: {
      actionGroups: [IDS.actionGroup],
      customProperties: { runbook: runbook(name), stage: parameter('stage'), app: variable('app') },
    },
  },
});

/** The rules that ring them. */
export const ALERTS: readonly Resource[] = ALARMS.map(toRule);
