import type { RpcInvocation } from './rpc.js';

/** One message as the Storage Queue SDK hands it over, its text without the base64 around it. */
export interface QueueItem {
  readonly bytes: Uint8Array;
  readonly id: string;
  readonly popReceipt: string;
  readonly dequeueCount: number;
  readonly insertedOn: Date;
  readonly expiresOn: Date;
  readonly nextVisibleOn: Date;
}

/** .NET prints a DateTimeOffset with its offset; the host adds the quotes of JSON. */
const netOffset = (time: Date): { json: string } => ({
  json: JSON.stringify(time.toISOString().replace(/\.?0*Z$/, '+00:00')),
});

/** Builds the invocation the Functions host would send for this message. */
export function encodeQueueItem(item: QueueItem, bindingName: string, binary: boolean): RpcInvocation {
  const text = Buffer.from(item.bytes).toString('utf8');
  return {
    inputData: [{ name: bindingName, data: binary ? { bytes: item.bytes } : { string: text } }],
    triggerMetadata: {
      QueueTrigger: { string: text },
      DequeueCount: { json: String(item.dequeueCount) },
      Id: { string: item.id },
      PopReceipt: { string: item.popReceipt },
      InsertionTime: netOffset(item.insertedOn),
      ExpirationTime: netOffset(item.expiresOn),
      NextVisibleTime: netOffset(item.nextVisibleOn),
    },
  };
}
