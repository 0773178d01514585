import type { EndingName } from '../../shared/core/ports.js';
import { ALL_THE_TIME, type Alarm, spans } from './alarm.js';
import { parameter } from './parameters.js';
import { HUBS, numbers } from './queries.js';

const total = (query: string): string => `${query}\n| summarize value = sum(total)`;

const ended = (...endings: readonly EndingName[]): string => numbers('RecordsEnded', { Ending: endings });

/** Fewer say nothing about a share: a single one of three would be a third. Each of them is a dead letter, which has an alarm of its own. */
const FEW = 10;

const INCOMING = `${HUBS} and MetricName == 'IncomingMessages'
| summarize sum(Total)`;

/** On what batches say of themselves: docs/metrics.md. */
export const ALARMS_OF_BATCHES: readonly Alarm[] = [
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
    says: 'Records are held in the stream: a connection is down as a whole, or the state store does not answer.',
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
    name: 'audit-lost',
    says: 'Why things changed is not written down: the audit loses entries.',
    runbook: 'the-audit-loses-entries',
    // A store that throttles for a minute loses some, and no record.
    query: spans(`${numbers('AuditLost')}\n| where total > 0`),
    above: ALL_THE_TIME,
    window: 15,
    every: 5,
    severity: 2,
  },
];
