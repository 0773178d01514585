import { Fault } from '../core/fault.js';
import type { Metrics } from '../core/metrics.js';
import { embeddedMetrics } from './embedded.js';
import { type LinesOptions, lineMetrics } from './lines.js';
import { metricsNamed } from './memory.js';
import { noMetrics } from './none.js';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html: the namespace of a metric. */
const NAMESPACE = /^(?!AWS\/)[\w.\-/#:]{1,255}$/;

const WAYS = 'cloudwatch:NAMESPACE, lines, memory:NAME or off';

/** The metrics a setting asks for; none where it is not set. Throws `config.invalid` where it means nothing. */
export function openMetrics(setting: string | undefined, out: LinesOptions): Metrics {
  if (setting === undefined || setting === 'off') return noMetrics;
  if (setting === 'lines') return lineMetrics(out);
  const [, kind, name = ''] = /^(cloudwatch|memory):(.*)$/s.exec(setting) ?? [];
  if (kind === 'cloudwatch' && NAMESPACE.test(name)) return embeddedMetrics({ ...out, namespace: name });
  const found = kind === 'memory' ? metricsNamed(name) : undefined;
  if (found) return found;
  const text = `TRIBUTARY_METRICS is ${JSON.stringify(setting)}; it must be ${WAYS}, with a namespace of letters, digits and . - _ / # :`;
  throw new Fault('config.invalid', text);
}
