import type { EndedSpan, SpanSink } from '../core/spans.js';
import { attributesOf } from './attributes.js';
import { postJson, withinPatience } from './post.js';

/** Where spans go, and as whom. */
export interface OtlpOptions {
  /** Base address of the receiver; `/v1/traces` is put behind it, as OTEL_EXPORTER_OTLP_ENDPOINT has it. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What the receiver calls this deployment: `service.name`. */
  readonly service: string;
  readonly fetch: typeof fetch;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** Headers of a setting as OTEL_EXPORTER_OTLP_HEADERS writes them: `name=value,name=value`, values percent-encoded. */
export function headersIn(text = ''): Readonly<Record<string, string>> {
  const pairs = text.split(',').flatMap((pair): [string, string][] => {
    const at = pair.indexOf('=');
    if (at < 1) return [];
    const value = pair.slice(at + 1).trim();
    return [[pair.slice(0, at).trim(), decoded(value)]];
  });
  return Object.fromEntries(pairs);
}

/** Numbers of SpanKind and StatusCode in opentelemetry-proto. */
const [INTERNAL, CLIENT, CONSUMER] = [1, 3, 5];
const [UNSET, ERROR] = [0, 2];

const nanos = (ms: number): string => `${BigInt(Math.round(ms * 1000)) * 1000n}`;

const kindOf = ({ name }: EndedSpan): number =>
  name === 'batch' ? CONSUMER : name === 'decode' ? INTERNAL : CLIENT;

const attributes = (all: Readonly<Record<string, string | number>>) =>
  Object.entries(all).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: value } : { stringValue: value },
  }));

function toSpan(span: EndedSpan) {
  const { traceId, spanId, parentId, name, start, end, failed, facts } = span;
  return {
    traceId,
    spanId,
    ...(parentId !== undefined && { parentSpanId: parentId }),
    name: facts.connection === undefined ? name : `${name} ${facts.connection}`,
    kind: kindOf(span),
    startTimeUnixNano: nanos(start),
    endTimeUnixNano: nanos(end),
    attributes: attributes(attributesOf(facts)),
    status: { code: failed ? ERROR : UNSET },
  };
}

/** Spans as an ExportTraceServiceRequest in JSON (opentelemetry.io/docs/specs/otlp, "JSON Protobuf Encoding"). */
export const otlpRequest = (spans: readonly EndedSpan[], service: string) => ({
  resourceSpans: [
    {
      resource: { attributes: attributes({ 'service.name': service }) },
      scopeSpans: [{ scope: { name: 'tributary' }, spans: spans.map(toSpan) }],
    },
  ],
});

/** Sends spans to whatever speaks OTLP over HTTP: a collector, or a vendor's own receiver. */
export function otlpSink({ url, headers, service, fetch }: OtlpOptions): SpanSink {
  const address = `${url.replace(/\/+$/, '')}/v1/traces`;
  return {
    send: (spans) =>
      withinPatience((signal) =>
        postJson(address, headers, JSON.stringify(otlpRequest(spans, service)), fetch, signal),
      ),
  };
}
