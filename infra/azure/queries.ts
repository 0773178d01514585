/**
 * Questions to the logs, in Kusto. What a function writes to its standard output becomes a row of AppTraces, one line each;
 * numbers are of lines, and docs/operations.md says what each line means.
 */

const lines = (event: string): string =>
  `AppTraces
| where Message has '"event":"${event}"'
| extend line = parse_json(extract(@'(\\{.*\\})', 1, Message))
| where tostring(line.event) == '${event}'`;

/** The lines of batches, with the numbers that alarms and the workbook ask for. */
export const BATCHES = `${lines('batch')}
| extend source = tostring(line.source), records = tolong(line.records),
    delivered = tolong(line.endings.delivered), unchanged = tolong(line.endings.unchanged),
    rejected = tolong(line.endings.rejected), malformed = tolong(line.endings.malformed),
    parked = tolong(line.endings.parked), held = tolong(line.endings.held)`;

/** A connection was closed off, or was tried in vain; `code` says why. */
export const BREAKERS = `${lines('breaker.opened')}
| union (${lines('breaker.open-still')})
| extend code = tostring(line.code)`;

/** How long the oldest event of each batch had waited in the hub, in minutes. */
export const LAG = `${BATCHES}
| where source startswith 'eventhub:'
| extend minutes = toreal(line.waitedMs) / 60000.0`;

/** Invocations of the app's functions. */
export const INVOCATIONS = 'AppRequests\n| where isnotempty(OperationName)';

/** Messages that the host has put aside after the last attempt. */
export const POISON = `StorageQueueLogs
| where OperationName == 'PutMessage' and Uri has '-poison'`;

/** The table of persons' state answers that too much is asked of it. */
export const THROTTLED = `AzureMetrics
| where ResourceId has '/TABLESERVICES/' and MetricName == 'Availability' and Average < 99`;
