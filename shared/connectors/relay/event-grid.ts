import type { Outcome } from '../../core/remote.js';
import { unauthorized } from '../auth/tokens.js';
import type { ConnectorDeps } from '../deps.js';
import type { EventGridConfig } from './config.js';
import { post, type Target } from './post.js';
import { secretTokens } from './sas.js';
import type { Sink } from './sink.js';

const API_VERSION = '2018-01-01';

function addressOf({ url }: EventGridConfig): string {
  const address = new URL(url);
  if (!address.searchParams.has('api-version')) address.searchParams.set('api-version', API_VERSION);
  return address.href;
}

/** A key or a signature goes as it is into a header of its own. https://learn.microsoft.com/azure/event-grid/authenticate-with-access-keys-shared-access-signatures */
function credentialOf({ auth }: EventGridConfig): { readonly header: string; readonly ref: string } {
  return 'key' in auth
    ? { header: 'aeg-sas-key', ref: auth.key }
    : { header: 'aeg-sas-token', ref: auth.signature };
}

/** 403: the topic's network rules do not let this address in. */
const meaning = (connection: string, status: number): Outcome | undefined =>
  status === 403
    ? unauthorized(connection, '403', 'Check the network rules of the topic, and that it takes access keys.')
    : undefined;

/** A topic of Event Grid as a target. It takes a batch of CloudEvents whole or not at all. */
export async function eventGridSink(
  connection: string,
  config: EventGridConfig,
  deps: ConnectorDeps,
): Promise<Sink> {
  const { header, ref } = credentialOf(config);
  const target: Target = {
    connection,
    url: addressOf(config),
    timeoutMs: config.timeoutMs,
    tokens: secretTokens({
      connection,
      ref,
      deps,
      make: (value) => ({ value, until: Number.POSITIVE_INFINITY }),
    }),
    credential: header,
    contentType: 'application/cloudevents-batch+json; charset=utf-8',
    success: 200,
    advice: `Check that "${ref}" belongs to the topic and was not regenerated.`,
    meaning: (status) => meaning(connection, status),
  };
  return {
    async publish(messages, signal) {
      // Each text is JSON already.
      const outcome = await post(target, `[${messages.map(({ text }) => text).join(',')}]`, deps, signal);
      return messages.map(() => outcome);
    },
  };
}
