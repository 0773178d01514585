import type { EndedSpan, SpanSink } from '../core/spans.js';
import { attributesOf } from './attributes.js';
import { postJson, withinPatience } from './post.js';

/** Which resource of Application Insights, and where it takes data. */
export interface Insights {
  readonly key: string;
  readonly endpoint: string;
  /** What the map of the application calls us. */
  readonly role: string;
  /** Of so many batches, 0 to 1, traces are made: what there is counts for so many more. */
  readonly share: number;
  /** Gives a token where the resource takes no key alone. */
  readonly token?: (signal: AbortSignal) => Promise<string | undefined>;
}

const PUBLIC = 'https://dc.services.visualstudio.com';

/** Reads APPLICATIONINSIGHTS_CONNECTION_STRING; nothing for a text without a key. learn.microsoft.com, "Connection strings in Application Insights". */
export function insightsIn(text: string): Pick<Insights, 'key' | 'endpoint'> | undefined {
  const parts = new Map(
    text.split(';').map((part): [string, string] => {
      const at = part.indexOf('=');
      return [part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()];
    }),
  );
  const key = parts.get('instrumentationkey') ?? '';
  const suffix = parts.get('endpointsuffix');
  const endpoint = parts.get('ingestionendpoint') ?? (suffix === undefined ? PUBLIC : `https://dc.${suffix}`);
  return key === '' ? undefined : { key, endpoint: endpoint.replace(/\/+$/, '') };
}

/** `d.hh:mm:ss.fffffff`, the days only where there are any. */
function timeSpan(ms: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const days = Math.floor(ms / 86_400_000);
  const seconds = ((ms / 1000) % 60).toFixed(3).padStart(6, '0');
  return `${days > 0 ? `${days}.` : ''}${two((ms / 3_600_000) % 24)}:${two((ms / 60_000) % 60)}:${seconds}`;
}

/**
 * A span as an envelope of Application Insights: a dependency, below the request that the Functions host has written. The
 * schema is that of its own SDKs (github.com/microsoft/ApplicationInsights-Home, EndpointSpecs/Schemas).
 */
export function envelopeOf(
  span: EndedSpan,
  { key, role, share }: Pick<Insights, 'key' | 'role' | 'share'>,
): object {
  const { traceId, spanId, parentId, name, start, end, failed, facts } = span;
  const properties = Object.fromEntries(
    Object.entries(attributesOf(facts)).map(([attribute, value]) => [attribute, String(value)]),
  );
  return {
    name: `Microsoft.ApplicationInsights.${key.replaceAll('-', '')}.RemoteDependency`,
    time: new Date(start).toISOString(),
    iKey: key,
    // Percent; numbers of what is shown are reckoned up by it.
    ...(share < 1 && { sampleRate: share * 100 }),
    tags: {
      'ai.operation.id': traceId,
      ...(parentId !== undefined && { 'ai.operation.parentId': parentId }),
      'ai.cloud.role': role,
    },
    data: {
      baseType: 'RemoteDependencyData',
      baseData: {
        ver: 2,
        name: facts.connection === undefined ? name : `${name} ${facts.connection}`,
        id: spanId,
        resultCode: facts.code ?? '0',
        duration: timeSpan(end - start),
        success: !failed,
        type: facts.connection === undefined ? 'InProc' : 'tributary',
        ...(facts.connection !== undefined && { target: facts.connection }),
        properties,
      },
    },
  };
}

/** Sends spans to Application Insights, as its own SDKs do: one request for a batch. */
export const insightsSink = (insights: Insights, fetch: typeof globalThis.fetch): SpanSink => ({
  send: (spans) =>
    withinPatience(async (signal) => {
      let token: string | undefined;
      try {
        token = await insights.token?.(signal);
      } catch (error) {
        // Of the identity's own errors the name is enough: their text tells of accounts.
        return error instanceof Error ? error.name : 'NO_TOKEN';
      }
      const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const body = JSON.stringify(spans.map((span) => envelopeOf(span, insights)));
      return postJson(`${insights.endpoint}/v2.1/track`, headers, body, fetch, signal);
    }),
});
