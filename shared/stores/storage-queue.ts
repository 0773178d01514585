import { QueueClient } from '@azure/storage-queue';
import { type AzureConnection, serviceUrl } from './azure-connection.js';
import { credentialOf } from './azure-credential.js';
import type { MessageQueue } from './message-queue.js';
import { inParallel } from './parallel.js';
import type { RetryDeps } from './retry.js';
import { fromConnection, ONE_TRY, storageCalls } from './storage-call.js';
import { saidIn } from './storage-trouble.js';

/** Of one message as it is stored, https://learn.microsoft.com/rest/api/storageservices/put-message */
const MAX_BYTES = 65_536;
/** The trigger's messages are base64, which adds a third: https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue#host-json */
const MAX_TEXT = (MAX_BYTES / 4) * 3;
const MAX_DELAY_MS = 7 * 86_400_000 - 1_000;
const MESSAGES_PER_CALL = 32;
const HOLD_SECONDS = 300;
const REQUESTS_AT_ONCE = 16;
/** Otherwise a message is gone after seven days, wherever it is by then. */
const FOREVER = -1;

/** Which queue, and who asks it. */
export interface StorageQueueOptions extends RetryDeps {
  readonly client: QueueClient;
}

const ADVICE = {
  QueueNotFound: 'create the queue, or correct TRIBUTARY_PARKING (docs/parking.md)',
};

/** A client for a queue of the account that a connection string or an identity names. */
export async function queueClient(connection: AzureConnection, queue: string): Promise<QueueClient> {
  if (typeof connection === 'string')
    return fromConnection(() => new QueueClient(connection, queue, ONE_TRY));
  const url = `${serviceUrl(connection, 'queue')}/${queue}`;
  return new QueueClient(url, await credentialOf(connection), ONE_TRY);
}

const toBase64 = (text: string): string => Buffer.from(text).toString('base64');

/** Undoes the base64 of the trigger; what was put in without comes out as it is. */
function fromBase64(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : Buffer.from(text);
}

/** True when somebody else has had the message since, and removed it or has it still. */
const isGone = (error: unknown): boolean => {
  const said = saidIn(error);
  return said?.code === 'MessageNotFound' || said?.code === 'PopReceiptMismatch';
};

/** The retry queue's messages in a queue of Azure Storage. */
export function storageQueue({ client, ...deps }: StorageQueueOptions): MessageQueue {
  const ask = storageCalls(deps, { what: `the Azure queue ${client.name}`, advice: ADVICE });
  return {
    place: `storage-queue:${client.name}`,
    maxText: MAX_TEXT,
    maxDelayMs: MAX_DELAY_MS,
    async send(messages) {
      await inParallel(messages, REQUESTS_AT_ONCE, ({ text, delayMs }) =>
        ask((limits) =>
          client.sendMessage(toBase64(text), {
            ...limits,
            messageTimeToLive: FOREVER,
            visibilityTimeout: Math.ceil(delayMs / 1000),
          }),
        ),
      );
    },
    async receive() {
      const { receivedMessageItems } = await ask((limits) =>
        client.receiveMessages({
          ...limits,
          numberOfMessages: MESSAGES_PER_CALL,
          visibilityTimeout: HOLD_SECONDS,
        }),
      );
      return receivedMessageItems.map(({ messageId, messageText, insertedOn, popReceipt }) => ({
        id: messageId,
        body: fromBase64(messageText),
        at: insertedOn.getTime(),
        receipt: popReceipt,
      }));
    },
    async remove({ id, receipt }) {
      await ask(async (limits) => {
        try {
          await client.deleteMessage(id, receipt, limits);
        } catch (error) {
          if (!isGone(error)) throw error;
        }
      });
    },
    async release({ id, receipt }) {
      await ask((limits) => client.updateMessage(id, receipt, undefined, 0, limits));
    },
    async count() {
      return (await ask((limits) => client.getProperties(limits))).approximateMessagesCount ?? 0;
    },
  };
}
