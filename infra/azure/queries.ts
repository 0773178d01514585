import type { DimensionsOf, MetricName } from '../../shared/core/metrics.js';
import { concat, type Expression } from './expression.js';
import { IDS } from './names.js';
import { variable } from './parameters.js';

/**
 * Questions to the logs, in Kusto. What a function writes to its standard output becomes a row of AppTraces, one line each;
 * numbers are of lines, and docs/operations.md says what each line means.
 */

const lines = (event: string): string =>
  `AppTraces
| where AppRoleName =~ app and Message has '"event":"${event}"'
| extend line = parse_json(extract(@'(\\{.*\\})', 1, Message))
| where tostring(line.event) == '${event}'`;

/** The numbers of batches, a row for each: docs/metrics.md. */
const NUMBERS = `${lines('metrics')}
| mv-expand metric = line.metrics
| extend name = tostring(metric.name), total = toreal(metric['sum']), most = toreal(metric['max']),
    door = tostring(metric.Door), ending = tostring(metric.Ending), connection = tostring(metric.Connection), code = tostring(metric.Code)`;

/** The column that a dimension stands in. */
const COLUMNS = { Door: 'door', Ending: 'ending', Connection: 'connection', Code: 'code' } as const;

/**
 * The rows of one metric: `total` is the sum of its values, `most` the largest, and its dimension has a column in lower case.
 * With `only` those with one of these values.
 */
export function numbers<Name extends MetricName>(
  name: Name,
  only: { readonly [D in keyof DimensionsOf<Name>]?: readonly DimensionsOf<Name>[D][] } = {},
): string {
  // The members of `only` are dimensions, with lists of their values.
  const wanted = Object.entries(only) as [keyof typeof COLUMNS, readonly string[]][];
  const among = wanted.map(
    ([dimension, values]) =>
      ` and ${COLUMNS[dimension]} in (${values.map((value) => `'${value}'`).join(', ')})`,
  );
  return `${NUMBERS}\n| where name == '${name}'${among.join('')}`;
}

/** Invocations of the app's functions. */
export const INVOCATIONS = 'AppRequests\n| where AppRoleName =~ app and isnotempty(OperationName)';

/** Messages that came into queues of what failed, less those that were taken out: what lies there, as far as the logs go back. */
export const POISON = `StorageQueueLogs
| where AccountName =~ data and Uri has '-poison' and StatusCode startswith '2'
| summarize value = countif(OperationName == 'PutMessage') - countif(OperationName == 'DeleteMessage')`;

/** The table of persons' state answers that too much is asked of it. */
export const THROTTLED = `AzureMetrics
| where ResourceId has strcat('/storageaccounts/', data, '/tableservices') and MetricName == 'Availability' and Average < 99`;

/** Metrics of the namespace of the hub. */
export const HUBS = `AzureMetrics
| where ResourceId =~ hubs`;

/**
 * Which deployment a question is about, as a workspace may have several: `app`, `data` and `hubs` of the questions above. One line
 * without double quotes, so that it can stand in the JSON of the workbook.
 */
export const DEPLOYMENT: Expression = concat(
  "let app = '",
  variable('app'),
  "'; let data = '",
  variable('dataStorage'),
  "'; let hubs = '",
  IDS.namespace,
  "'; ",
);
