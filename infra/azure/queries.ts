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
    parked = tolong(line.endings.parked), held = tolong(line.endings.held),
    quota = tolong(coalesce(tolong(line.faults['quota.spent']), tolong(0))) + tolong(coalesce(tolong(line.faults['remote.quota']), tolong(0)))`;

/** How long the oldest event of each batch had waited in the hub, in minutes. */
export const LAG = `${BATCHES}
| where source startswith 'eventhub:'
| extend minutes = toreal(line.waitedMs) / 60000.0`;

/** Invocations of the app's functions. */
export const INVOCATIONS = 'AppRequests\n| where isnotempty(OperationName)';

/** Messages that the host has put aside after the last attempt. */
export const POISON = `StorageQueueLogs
| where OperationName == 'PutMessage' and Uri has '-poison'`;
