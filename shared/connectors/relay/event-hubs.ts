import { Buffer } from 'node:buffer';
import { Fault } from '../../core/fault.js';
import type { Outcome } from '../../core/remote.js';
import { codeOf, eventHubsAppender, hubProducer } from '../../stores/event-hubs-appender.js';
import { readSecret } from '../auth/secret.js';
import { unauthorized } from '../auth/tokens.js';
import type { ConnectorDeps } from '../deps.js';
import { classify } from '../wire/failure.js';
import { fromFailure, retry } from '../wire/outcome.js';
import type { Failure } from '../wire/transport.js';
import type { EventHubsConfig } from './config.js';
import { fromFate } from './fate.js';
import type { Sink } from './sink.js';

/** https://learn.microsoft.com/azure/event-hubs/event-hubs-amqp-troubleshoot and the error codes of the SDK. */
const THROTTLED: ReadonlySet<string> = new Set(['ServerBusyError', 'QuotaExceededError']);
const TIMED_OUT: ReadonlySet<string> = new Set([
  'OperationTimeoutError',
  'ServiceUnavailableError',
  'TimeoutError',
]);
const MISSING: ReadonlySet<string> = new Set([
  'MessagingEntityNotFoundError',
  'MessagingEntityDisabledError',
]);
/** The SDK found no way to the namespace: nothing was sent. */
const UNREACHABLE: ReadonlySet<string> = new Set([
  'ServiceCommunicationError',
  'ENOTFOUND',
  'ECONNREFUSED',
  'EAI_AGAIN',
]);

/** What an error of a whole call means for its messages. */
function fromHubError(
  connection: string,
  { hub, connection: ref }: EventHubsConfig,
  error: unknown,
  signal: AbortSignal,
): Outcome {
  if (!(error instanceof Error)) throw error;
  const code = codeOf(error);
  const failed = (why: Failure['why'], sent: Failure['sent'] = 'unknown'): Outcome =>
    fromFailure(connection, { kind: 'failure', sent, why, code });
  if (signal.aborted) return failed('aborted');
  if (THROTTLED.has(code))
    return retry(
      'connection',
      new Fault('remote.throttled', `"${connection}" takes no more for now (${code}).`),
    );
  if (code === 'UnauthorizedError')
    return unauthorized(connection, code, `Give the policy in "${ref}" the right to send to the hub ${hub}.`);
  if (MISSING.has(code)) {
    const said = `"${connection}" cannot write to the hub ${hub} (${code}). Create or enable it, or correct its name.`;
    return retry('connection', new Fault('remote.unavailable', said));
  }
  if (UNREACHABLE.has(code)) return failed('unreachable', 'no');
  if (TIMED_OUT.has(code)) return failed('timeout');
  const classified = classify(error);
  return classified === undefined
    ? failed('lost')
    : fromFailure(connection, { kind: 'failure', ...classified });
}

/** An event hub as a target; one partition has all messages about one row. */
export async function eventHubsSink(
  connection: string,
  config: EventHubsConfig,
  deps: ConnectorDeps,
): Promise<Sink> {
  const { hub, timeoutMs, connection: ref } = config;
  const secret = await readSecret(deps.secrets, ref);
  if (!secret.ok) throw secret.fault;
  const producer = hubProducer(secret.value, hub, { timeoutMs, name: ref.slice('secret:'.length) });
  const appender = eventHubsAppender({ producer, hub });
  return {
    async publish(messages, signal) {
      const entries = messages.map(({ key, text }) => ({ key, body: Buffer.from(text) }));
      const fates = await appender.append(entries, signal);
      return messages.map((_, i) =>
        fromFate(connection, fates[i], (error) => fromHubError(connection, config, error, signal)),
      );
    },
    async look(signal) {
      try {
        const { name, partitionIds } = await producer.getEventHubProperties({ abortSignal: signal });
        return { level: 'well', what: `the hub ${name} is there, with ${partitionIds.length} partitions` };
      } catch (error) {
        const outcome = fromHubError(connection, config, error, signal);
        const why = 'fault' in outcome ? outcome.fault.message : outcome.kind;
        const advice = 'See "Event Hubs" in docs/connectors/relays.md.';
        return { level: 'error', what: `the hub ${hub} cannot be looked at: ${why}`, advice };
      }
    },
    close: () => producer.close(),
  };
}
