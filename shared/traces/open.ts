import { randomBytes } from 'node:crypto';
import { refusedUrl } from '../connectors/wire/endpoint.js';
import { Fault } from '../core/fault.js';
import type { Pipeline } from '../core/ports.js';
import type { SpanSink } from '../core/spans.js';
import { once } from '../once.js';
import type { PipelineDeps } from '../pipeline/run.js';
import { credentialOf } from '../stores/azure-credential.js';
import { type Insights, insightsIn, insightsSink } from './app-insights.js';
import { spansNamed } from './memory.js';
import { headersIn, otlpSink } from './otlp.js';
import { tracedPipeline } from './traced.js';
import { createTracing } from './tracing.js';
import { daemonIn, xraySink } from './xray.js';

type Env = Readonly<Record<string, string | undefined>>;

/** What a deployment says of traces. */
export interface TraceSettings {
  readonly TRIBUTARY_TRACES: string;
  readonly TRIBUTARY_TRACES_SHARE: number;
  readonly TRIBUTARY_TRACES_HEADERS?: string | undefined;
}

const WAYS = 'xray, otlp:URL, app-insights, memory:NAME or off';
/** https://learn.microsoft.com/azure/azure-monitor/app/azure-ad-authentication: whom the token is for. */
const MONITOR = 'https://monitor.azure.com//.default';

const refuse = (text: string): never => {
  throw new Fault('config.invalid', text);
};

/** Who signs in where Application Insights takes no key alone: `Authorization=AAD;ClientId=…`, as the Functions host reads it. */
function tokenOf(authentication: string | undefined): Insights['token'] {
  if (!/(?:^|;)\s*Authorization=AAD\b/i.test(authentication ?? '')) return undefined;
  const [, clientId] = /(?:^|;)\s*ClientId=([^;]+)/i.exec(authentication ?? '') ?? [];
  // One for the process: it keeps its token until that ends.
  const credential = once(() => credentialOf({ credential: 'managedidentity', clientId }));
  return async (abortSignal) => (await (await credential()).getToken(MONITOR, { abortSignal }))?.token;
}

function insightsOf(share: number, env: Env, fetch: typeof globalThis.fetch): SpanSink {
  const found = insightsIn(env['APPLICATIONINSIGHTS_CONNECTION_STRING'] ?? '');
  if (found === undefined || refusedUrl(found.endpoint) !== undefined)
    return refuse(
      'TRIBUTARY_TRACES is app-insights, and APPLICATIONINSIGHTS_CONNECTION_STRING holds no InstrumentationKey, or no https address',
    );
  const token = tokenOf(env['APPLICATIONINSIGHTS_AUTHENTICATION_STRING']);
  const role = env['WEBSITE_SITE_NAME'] ?? 'tributary';
  return insightsSink({ ...found, role, share, ...(token && { token }) }, fetch);
}

/** What a receiver calls this deployment: as OpenTelemetry has it, else as the platform calls the function or the app. */
const serviceOf = (env: Env): string =>
  env['OTEL_SERVICE_NAME'] || env['AWS_LAMBDA_FUNCTION_NAME'] || env['WEBSITE_SITE_NAME'] || 'tributary';

/** Where a setting sends spans. Throws `config.invalid` where it means nothing. */
export function sinkOf(settings: TraceSettings, env: Env, fetch: typeof globalThis.fetch): SpanSink {
  const { TRIBUTARY_TRACES: setting, TRIBUTARY_TRACES_HEADERS: headers } = settings;
  const [, kind = setting, name = ''] = /^(otlp|memory):(.*)$/s.exec(setting) ?? [];
  if (kind === 'xray') {
    const daemon = daemonIn(env['AWS_XRAY_DAEMON_ADDRESS']);
    return daemon ? xraySink(daemon) : refuse('AWS_XRAY_DAEMON_ADDRESS is no address of the form HOST:PORT');
  }
  if (kind === 'app-insights') return insightsOf(settings.TRIBUTARY_TRACES_SHARE, env, fetch);
  const why = kind === 'otlp' ? refusedUrl(name) : undefined;
  if (why !== undefined)
    return refuse(`the URL of TRIBUTARY_TRACES ${why} (for example otlp:https://collector.example.com)`);
  if (kind === 'otlp')
    return otlpSink({ url: name, headers: headersIn(headers), service: serviceOf(env), fetch });
  const found = kind === 'memory' ? spansNamed(name) : undefined;
  return found ?? refuse(`TRIBUTARY_TRACES is ${JSON.stringify(setting)}; it must be ${WAYS}`);
}

/** Traces of a deployment. */
export interface Traces {
  /** `traceparent` for a request that is made now; undefined where no trace is made of it. */
  readonly traceparent: () => string | undefined;
  /** The pipeline of which traces are made. */
  readonly pipeline: (deps: PipelineDeps) => Pipeline;
}

/** Traces as settings say. Only who asks for them loads this. Throws `config.invalid` where a setting means nothing. */
export function openTraces(
  { clock, log }: Pick<PipelineDeps, 'clock' | 'log'>,
  settings: TraceSettings,
  env: Env,
): Traces {
  const tracing = createTracing({
    sink: sinkOf(settings, env, globalThis.fetch),
    now: clock.now,
    randomHex: (bytes) => randomBytes(bytes).toString('hex'),
    share: settings.TRIBUTARY_TRACES_SHARE,
    // Lambda sets it anew for each invocation.
    around: () => env['_X_AMZN_TRACE_ID'],
    log,
  });
  return { traceparent: tracing.traceparent, pipeline: (deps) => tracedPipeline(deps, tracing) };
}
