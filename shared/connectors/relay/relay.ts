import { Fault } from '../../core/fault.js';
import type { Action, Connector, Outcome } from '../../core/remote.js';
import type { ConnectorDeps } from '../deps.js';
import { fromFailure, retry } from '../wire/outcome.js';
import { RELAY_OPERATIONS, type RelayConfig } from './config.js';
import { ENVELOPE_BYTES, type Message, toMessage } from './message.js';
import { openSink } from './open.js';
import type { Sink } from './sink.js';

/** How much a target takes at once. */
interface Limits {
  readonly rows: number;
  /** Of the messages of one request together. */
  readonly bytes: number;
  /** Of one message. */
  readonly message: number;
}

const KIB = 1024;

/** From the vendors' quotas, see docs/connectors/relays.md. Event Hubs says itself what a batch has room for. */
function limitsOf(config: RelayConfig): Limits {
  switch (config.type) {
    case 'kinesis':
      // One record may have 1 MiB with its partition key; 500 of them 5 MiB (API_PutRecords).
      return { rows: 500, bytes: 5 * KIB * KIB, message: KIB * KIB - 256 };
    case 'event-hubs':
      return { rows: 500, bytes: KIB * KIB, message: KIB * KIB };
    case 'event-bridge':
      return { rows: 10, bytes: 256 * KIB, message: 255 * KIB };
    case 'sns':
      return { rows: 10, bytes: 256 * KIB, message: 255 * KIB };
    case 'service-bus':
      // Within the JSON of a batch each message is a text, which may double it.
      return { rows: config.batch, bytes: 128 * KIB, message: 128 * KIB };
    case 'event-grid':
      return { rows: config.batch, bytes: KIB * KIB - 4 * KIB, message: KIB * KIB - 4 * KIB };
  }
}

/** One open relay; the sink is made for the first message and anew when its credentials are refused. */
interface Relay {
  readonly name: string;
  readonly config: RelayConfig;
  readonly deps: ConnectorDeps;
  readonly limits: Limits;
  sink: Promise<Sink> | undefined;
}

const isRefusedLogin = (outcome: Outcome): boolean =>
  outcome.kind === 'retry' && outcome.fault.code === 'remote.unauthorized';

/** Secrets may have been rotated: the next send reads them again. */
async function forget(relay: Relay): Promise<void> {
  const sink = relay.sink;
  relay.sink = undefined;
  await (await sink)?.close?.();
}

async function publish(
  relay: Relay,
  messages: readonly Message[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const { name, config, deps } = relay;
  if (signal.aborted) {
    const stopped = fromFailure(name, { kind: 'failure', sent: 'no', why: 'aborted', code: 'ABORTED' });
    return messages.map(() => stopped);
  }
  relay.sink ??= openSink(name, config, deps);
  const opening = relay.sink;
  try {
    const outcomes = await (await opening).publish(messages, signal);
    if (outcomes.some(isRefusedLogin) && relay.sink === opening) await forget(relay);
    return outcomes;
  } catch (error) {
    if (relay.sink === opening) relay.sink = undefined;
    if (!(error instanceof Fault)) throw error;
    const denied = retry('connection', error);
    return messages.map(() => denied);
  }
}

const tooLarge = ({ name, limits }: Relay, { bytes }: Message): Outcome => ({
  kind: 'rejected',
  code: 'message.too-large',
  text: `The message has ${bytes} bytes; "${name}" takes ${limits.message} at most. Write fewer or shorter fields.`,
});

async function send(
  relay: Relay,
  actions: readonly Action[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const { config, deps, limits } = relay;
  const now = deps.clock.now();
  const messages = actions.map((action) => toMessage(action, config.source, now));
  const outcomes: (Outcome | undefined)[] = messages.map((message) =>
    message.bytes > limits.message ? tooLarge(relay, message) : undefined,
  );
  const open = [...messages.entries()].filter(([i]) => outcomes[i] === undefined);
  for (let from = 0; from < open.length; from += limits.rows) {
    const part = open.slice(from, from + limits.rows);
    const answers = await publish(
      relay,
      part.map(([, message]) => message),
      signal,
    );
    for (const [i, [at]] of part.entries()) outcomes[at] = answers[i];
  }
  return outcomes.map((outcome, i) => {
    if (outcome === undefined) throw new Error(`"${relay.name}" lost the outcome of action ${i}.`);
    return outcome;
  });
}

/** Opens a relay. Nothing is sent, no secret read and no SDK loaded before the first action. */
export function relay(name: string, config: RelayConfig, deps: ConnectorDeps): Connector {
  const limits = limitsOf(config);
  const state: Relay = { name, config, deps, limits, sink: undefined };
  return {
    name,
    operations: RELAY_OPERATIONS,
    maxRows: limits.rows,
    maxBytes: limits.bytes - limits.rows * ENVELOPE_BYTES,
    // A repetition has the id of the first message, by which whoever reads them knows it.
    isIdempotent: () => true,
    send: (actions, signal) => send(state, actions, signal),
  };
}
