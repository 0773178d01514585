import { ALL_THE_TIME, type Alarm, spans } from './alarm.js';
import { INVOCATIONS, POISON, THROTTLED } from './queries.js';

/**
 * Milliseconds that a function has: the door as long as on AWS, for a caller waits; the others `functionTimeout` of host.json.
 * Batches and files end by themselves at 80 per cent of that, so the alarm is above.
 */
const LIMITS = "case(OperationName == 'door', 10000.0, 600000.0)";

/** A message that fails there is seen again only after twelve minutes, so one failure is all that shows. */
const SELDOM = "OperationName in ('parked-records', 'files')";

/** On what Azure says of functions, queues and tables. */
export const ALARMS_OF_FUNCTIONS: readonly Alarm[] = [
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
