import type { Alarm } from './alarm.js';
import { ALARMS_OF_BATCHES } from './alarms-of-batches.js';
import { ALARMS_OF_FUNCTIONS } from './alarms-of-functions.js';
import { concat, type Resource } from './expression.js';
import { runbook } from './monitor.js';
import { IDS } from './names.js';
import { named, parameter, variable } from './parameters.js';
import { DEPLOYMENT } from './queries.js';

/** All of them. */
export const ALARMS: readonly Alarm[] = [...ALARMS_OF_BATCHES, ...ALARMS_OF_FUNCTIONS];

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
