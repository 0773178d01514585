/** Who began the trace that a batch belongs to. */
export interface Parent {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits; absent where only the trace has begun. */
  readonly spanId?: string;
  /** Whether it is taken down, where those who began it have the say; else ours is the share of traces. */
  readonly sampled?: boolean;
}

/** https://www.w3.org/TR/trace-context/#traceparent-header-field-values; version ff is none. */
const W3C = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-|$)/;
const ZEROS = /^0+$/;

/** `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`, with others in between; a parent only where there is one. */
function xrayParent(text: string): Parent | undefined {
  const parts = new Map(
    text.split(';').map((part): [string, string] => {
      const [name = '', value = ''] = part.split('=', 2);
      return [name.trim(), value.trim()];
    }),
  );
  const [, time = '', rest = ''] = /^1-([0-9a-f]{8})-([0-9a-f]{24})$/.exec(parts.get('Root') ?? '') ?? [];
  if (time === '') return undefined;
  const spanId = parts.get('Parent') ?? '';
  const sampled = parts.get('Sampled');
  return {
    traceId: time + rest,
    ...(/^[0-9a-f]{16}$/.test(spanId) && { spanId }),
    ...((sampled === '0' || sampled === '1') && { sampled: sampled === '1' }),
  };
}

/**
 * Reads the parent as platforms tell it: the header of X-Ray (docs.aws.amazon.com/xray, "Tracing header"), by which Lambda
 * decides what is sampled, or `traceparent` of the W3C. The flag of the latter does not decide: the Functions host sets it to 00
 * where it has no place of its own for traces (open-telemetry/opentelemetry-java-instrumentation#19417). Nothing for any other text.
 */
export function parentIn(text: string | undefined): Parent | undefined {
  if (text === undefined) return undefined;
  if (text.includes('Root=')) return xrayParent(text);
  const [, traceId = '', spanId = ''] = W3C.exec(text) ?? [];
  return traceId === '' || ZEROS.test(traceId) || ZEROS.test(spanId) ? undefined : { traceId, spanId };
}

/** `traceparent` of the W3C for what comes of a span that is taken down: its flag says so. */
export const traceparentOf = ({ traceId, spanId }: Required<Omit<Parent, 'sampled'>>): string =>
  `00-${traceId}-${spanId}-01`;
