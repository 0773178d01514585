import { Fault } from '../../core/fault.js';
import type { Outcome } from '../../core/remote.js';
import type { ConnectorDeps } from '../deps.js';
import { retry } from '../wire/outcome.js';
import type { ServiceBusConfig } from './config.js';
import type { Message } from './message.js';
import { post, type Target } from './post.js';
import { policyTokens } from './sas.js';
import type { Sink } from './sink.js';

/** A batch is a list of these. https://learn.microsoft.com/rest/api/servicebus/send-message-batch */
const toEntry = ({ id, key, type, text }: Message, sessions: boolean) => ({
  Body: text,
  BrokerProperties: {
    MessageId: id,
    Label: type,
    ContentType: 'application/cloudevents+json; charset=utf-8',
    ...(sessions && { SessionId: key }),
  },
  UserProperties: { type },
});

/** Documented as "Quota exceeded or message too large"; only its words tell the one from the other. */
const TOO_LARGE =
  /too large|exceed\w* the (?:maximum|limit)|size of the message|message size|MessageSizeExceeded/i;

/** How long a queue that is full is left alone, milliseconds: somebody has to read it first. */
const FULL_MS = 60_000;

function meaning(connection: string, status: number, said: string): Outcome | undefined {
  if (status !== 403) return undefined;
  if (TOO_LARGE.test(said)) return { kind: 'rejected', code: 'HTTP_403', text: said, whole: true };
  const text = `"${connection}" takes no messages (403: ${said}). If it is full, see who reads it; if it is disabled, enable it.`;
  return retry('connection', new Fault('remote.quota', text), FULL_MS);
}

/** A queue or topic of Service Bus as a target. Its REST address takes a batch whole or not at all. */
export async function serviceBusSink(
  connection: string,
  config: ServiceBusConfig,
  deps: ConnectorDeps,
): Promise<Sink> {
  const { entity, policy, sessions, timeoutMs } = config;
  const path = entity.split('/').map(encodeURIComponent).join('/');
  const resource = new URL(path, config.url).href;
  const target: Target = {
    connection,
    url: `${resource}/messages`,
    timeoutMs,
    tokens: policyTokens({ connection, ref: config.key, deps }, { resource, policy }),
    credential: 'authorization',
    contentType: 'application/vnd.microsoft.servicebus.json',
    success: 201,
    advice: `Check that "${config.key}" is a key of the policy ${policy} and that the policy may send to ${entity}.`,
    meaning: (status, said) => meaning(connection, status, said),
  };
  return {
    async publish(messages, signal) {
      const body = JSON.stringify(messages.map((message) => toEntry(message, sessions)));
      const outcome = await post(target, body, deps, signal);
      return messages.map(() => outcome);
    },
  };
}
