import type { EndingName } from '../../shared/core/ports.js';
import { concat, type Operand, type Resource } from './expression.js';
import { runbook } from './monitor.js';
import { IDS } from './names.js';
import { named, parameter, variable } from './parameters.js';
import { DEPLOYMENT, HUBS, INVOCATIONS, numbers, POISON, THROTTLED } from './queries.js';

/** An alarm: named and meant as on AWS; docs/operations.md has a runbook for each. */
export interface Alarm {
  readonly name: string;
  readonly says: string;
  /** Heading of docs/operations.md. */
  readonly runbook: string;
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

const total = (query: string): string => `${query}\n| summarize value = sum(total)`;

const ended = (...endings: readonly EndingName[]): string => numbers('RecordsEnded', { Ending: endings });

/** In how many spans of five minutes there was a row: more than two are a quarter of an hour without end, as three periods on AWS. */
const spans = (query: string): string => `${query}\n| summarize value = dcount(bin(TimeGenerated, 5m))`;
const ALL_THE_TIME = 2;

/**
 * Milliseconds that a function has: the door as long as on AWS, for a caller waits; the others `functionTimeout` of host.json.
 * Batches and files end by themselves at 80 per cent of that, so the alarm is above.
 */
const LIMITS = "case(OperationName == 'door', 10000.0, 600000.0)";

/** A message that fails there is seen again only after twelve minutes, so one failure is all that shows. */
const SELDOM = "OperationName in ('parked-records', 'files')";

/** Fewer say nothing about a share: a single one of three would be a third. Each of them is a dead letter, which has an alarm of its own. */
const FEW = 10;

const INCOMING = `${HUBS} and MetricName == 'IncomingMessages'
| summarize sum(Total)`;

export const ALARMS: readonly Alarm[] = [
  {
    name: 'behind',
    says: 'The consumer is behind: the oldest event of a batch had waited too long.',
    runbook: 'the-consumer-is-behind',
    query: `${numbers('Lag', { Door: ['eventhub'] })}\n| summarize value = max(most) / 60000.0`,
    above: parameter('lagMinutes'),
    window: 15,
    every: 5,
    severity: 1,
  },
  {
    name: 'silent',
    says: 'Events come into the hub, and no batch of them ends.',
    runbook: 'the-consumer-is-behind',
    query: `let incoming = toscalar(${INCOMING});
let ended = toscalar(${numbers('BatchMessages', { Door: ['eventhub'] })}
| count);
print value = iff(coalesce(incoming, 0.0) > 0.0 and ended == 0, 1, 0)`,
    above: 0,
    window: 30,
    every: 10,
    severity: 1,
  },
  {
    name: 'held',
    says: 'Records are held in the stream: a connection is down as a whole.',
    runbook: 'records-are-held',
    // A batch that lost a race for a person is held once and done at the next attempt.
    query: spans(`${ended('held')}\n| where total > 0`),
    above: ALL_THE_TIME,
    window: 15,
    every: 5,
    severity: 1,
  },
  {
    name: 'parked',
    says: 'Many records are parked one by one.',
    runbook: 'records-are-parked',
    query: total(ended('parked')),
    above: 99,
    window: 60,
    every: 15,
    severity: 2,
  },
  {
    name: 'dead-letters',
    says: 'Records became dead letters.',
    runbook: 'dead-letters',
    query: total(ended('rejected', 'malformed')),
    above: 0,
    window: 60,
    every: 15,
    severity: 2,
  },
  {
    name: 'rejected-share',
    says: 'Targets reject an unusual share of the records.',
    runbook: 'targets-reject-many-records',
    query: `let refused = toscalar(${total(ended('rejected', 'malformed'))});
let ended = toscalar(${total(numbers('Records'))});
print value = iff(coalesce(refused, 0.0) >= ${FEW}, 100.0 * refused / ended, 0.0)`,
    above: parameter('rejectedPercent'),
    window: 60,
    every: 15,
    severity: 2,
  },
  {
    name: 'quota',
    says: 'A target lets no more calls through: its quota is used up.',
    runbook: 'a-quota-is-used-up',
    query: total(numbers('ConnectionFailures', { Code: ['remote.quota'] })),
    above: 0,
    // It is tried again every 15 to 20 minutes.
    window: 30,
    every: 10,
    severity: 2,
  },
  {
    name: 'slowed',
    says: 'Records wait for calls: our own quota is used up, or a target throttles.',
    runbook: 'a-quota-is-used-up',
    query: spans(`${numbers('QuotaSpent')}
| union (${numbers('ConnectionFailures', { Code: ['remote.throttled'] })})`),
    // Of single minutes nobody need know.
    above: ALL_THE_TIME,
    window: 15,
    every: 5,
    severity: 2,
  },
  {
    name: 'unauthorized',
    says: 'A target refuses our credentials or our rights.',
    runbook: 'a-target-refuses-us',
    query: total(numbers('ConnectionFailures', { Code: ['remote.unauthorized'] })),
    above: 0,
    window: 5,
    every: 5,
    severity: 1,
  },
  {
    name: 'errors',
    says: 'Functions fail.',
    runbook: 'functions-fail',
    // Not the door: a call that it refuses counts as a failure there, and one that fails answers 5xx.
    query: `${INVOCATIONS}
| where Success == false and OperationName != 'door'
| summarize spans = dcount(bin(TimeGenerated, 5m)) by OperationName
| summarize value = max(iff(${SELDOM}, ${ALL_THE_TIME + 1}, spans))`,
    above: ALL_THE_TIME,
    window: 15,
    every: 5,
    severity: 1,
  },
  {
    name: 'door-5xx',
    says: 'The door fails: Adobe is told to come again.',
    runbook: 'the-door-fails',
    query: spans(`${INVOCATIONS}\n| where OperationName == 'door' and ResultCode startswith '5'`),
    // Ten minutes of it, as on AWS: Adobe sends what failed again, and of few calls a day two may be all there are.
    above: 1,
    window: 15,
    every: 5,
    severity: 1,
  },
  {
    name: 'duration',
    says: 'Functions take too long: an invocation came near its time limit.',
    runbook: 'functions-take-too-long',
    query: `${INVOCATIONS}
| summarize slowest = percentile(DurationMs, 99) by OperationName
| summarize value = max(100.0 * slowest / ${LIMITS})`,
    // Per cent.
    above: 90,
    window: 30,
    every: 10,
    severity: 2,
  },
  {
    name: 'unparked',
    says: 'Messages were received in vain for days, lie in a queue of what failed, and are gone after seven days.',
    runbook: 'messages-left-the-retry-queue',
    query: POISON,
    above: 0,
    // The longest there is: it goes on ringing while they lie there.
    window: 2880,
    every: 60,
    severity: 1,
  },
  {
    name: 'state-throttled',
    says: 'The table of persons answers too little.',
    runbook: 'the-state-table-throttles',
    query: spans(THROTTLED),
    // One row a minute, of which a single failed request of few makes a bad one.
    above: ALL_THE_TIME,
    window: 15,
    every: 5,
    severity: 2,
  },
];

/** Two days have a name of their own, and no other number of minutes that is used here has. */
const minutes = (count: number): string => (count === 2880 ? 'P2D' : `PT${count}M`);

const toRule = ({
  name,
  says,
  runbook: heading,
  query,
  above,
  window,
  every,
  severity,
}: Alarm): Resource => ({
  type: 'Microsoft.Insights/scheduledQueryRules',
  apiVersion: '2025-01-01-preview',
  name: named(name),
  location: parameter('location'),
  kind: 'LogAlert',
  dependsOn: [IDS.workspace, IDS.insights, IDS.actionGroup],
  properties: {
    displayName: named(name),
    description: concat(`${says} `, runbook(heading)),
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
          query: concat(DEPLOYMENT, query),
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
      customProperties: { runbook: runbook(heading), stage: parameter('stage'), app: variable('app') },
    },
  },
});

/** The rules that ring them. */
export const ALERTS: readonly Resource[] = ALARMS.map(toRule);
