import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import type { EndedSpan, SpanSink } from '../core/spans.js';
import { attributesOf } from './attributes.js';

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html, "Sending segment documents to the X-Ray daemon". */
const HEADER = '{"format": "json", "version": 1}\n';

/** Letters, digits, blanks and these are in names; 200 of them at most. */
const nameOf = (text: string): string => text.replace(/[^\p{L}\p{N}\s_.:/%&#=+\\\-@]/gu, '_').slice(0, 200);

/** What X-Ray finds traces by; it keeps 50 of a trace, so the numbers are told elsewhere. Keys are of letters, digits and _. */
function splitOf(span: EndedSpan): { annotations: object; numbers: object } {
  const all = Object.entries(attributesOf(span.facts)).map(
    ([name, value]) => [name.replace('tributary.', '').replace(/\W/g, '_'), value] as const,
  );
  return {
    annotations: Object.fromEntries(all.filter(([, value]) => typeof value === 'string')),
    numbers: Object.fromEntries(all.filter(([, value]) => typeof value === 'number')),
  };
}

/**
 * A span as X-Ray's document of a subsegment, or of a segment where nobody began the trace before us.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
 */
export function segmentOf(span: EndedSpan): object {
  const { traceId, spanId, parentId, name, start, end, failed, facts } = span;
  const { annotations, numbers } = splitOf(span);
  return {
    name: nameOf(facts.connection ?? (parentId === undefined ? 'tributary' : name)),
    id: spanId,
    trace_id: `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`,
    start_time: start / 1000,
    end_time: end / 1000,
    ...(parentId !== undefined && { parent_id: parentId, type: 'subsegment' }),
    ...(facts.connection !== undefined && { namespace: 'remote' }),
    ...(failed && (facts.code === 'remote.throttled' ? { error: true, throttle: true } : { fault: true })),
    annotations,
    metadata: { tributary: { span: name, ...numbers } },
  };
}

/** Where the daemon listens; of `tcp:127.0.0.1:2000 udp:127.0.0.2:2001` the second. */
export interface Daemon {
  readonly host: string;
  readonly port: number;
}

/** Reads AWS_XRAY_DAEMON_ADDRESS; where Lambda has it unless that says otherwise. Nothing for what is no address. */
export function daemonIn(text = '127.0.0.1:2000'): Daemon | undefined {
  const udp =
    text
      .split(/\s+/)
      .find((part) => part.startsWith('udp:'))
      ?.slice('udp:'.length) ?? text;
  const [, host = '', port = ''] = /^([\w.-]+):(\d{1,5})$/.exec(udp) ?? [];
  return host === '' ? undefined : { host, port: Number(port) };
}

/** So many datagrams go at once: the buffer of the daemon's socket takes some hundred, and the rest would be lost unseen. */
const AT_ONCE = 20;

async function sendAll(spans: readonly EndedSpan[], socket: Socket, { host, port }: Daemon): Promise<void> {
  const sent = (span: EndedSpan): Promise<void> =>
    new Promise((resolve, reject) =>
      socket.send(`${HEADER}${JSON.stringify(segmentOf(span))}`, port, host, (error) =>
        error ? reject(error) : resolve(),
      ),
    );
  for (let at = 0; at < spans.length; at += AT_ONCE) {
    if (at > 0) await turn();
    await Promise.all(spans.slice(at, at + AT_ONCE).map(sent));
  }
}

/** Sends spans to the X-Ray daemon, which Lambda runs beside a function with active tracing: UDP to this machine, no call, no library. */
export const xraySink = (daemon: Daemon, open = (): Socket => createSocket('udp4')): SpanSink => ({
  async send(spans) {
    const socket = open();
    // A socket that cannot be had says so by this alone, and would end the process if nobody listened.
    const broken = once(socket, 'error').then(([error]) => Promise.reject(error));
    try {
      await Promise.race([broken, sendAll(spans, socket, daemon)]);
      return undefined;
    } catch (error) {
      return error instanceof Error && 'code' in error ? String(error.code) : 'UDP';
    } finally {
      socket.close();
    }
  },
});
