import type { AmqpError } from 'rhea';

/** The error conditions and wordings of the service, as its SDKs know them: they recognise some by their text. */

/** `@azure/core-amqp` makes `MessagingEntityNotFoundError` of exactly this sentence. */
export const notFound = (entity: string): AmqpError => ({
  condition: 'amqp:not-found',
  description: `The messaging entity '${entity}' could not be found.`,
});

/** A partition id the hub does not have. */
export const noSuchPartition = (partitions: number): AmqpError => ({
  condition: 'com.microsoft:argument-out-of-range',
  description:
    'The specified partition is invalid for an EventHub partition sender or receiver. ' +
    `It should be between 0 and ${partitions - 1}.`,
});

/** A link to an entity that no valid token of the connection covers. */
export const unauthorized = (entity: string): AmqpError => ({
  condition: 'amqp:unauthorized-access',
  description: `Unauthorized access. A valid token is required to perform this operation. Resource: '${entity}'.`,
});

/** An operation or message format that does not exist here. */
export const notImplemented = (what: string): AmqpError => ({
  condition: 'amqp:not-implemented',
  description: `${what} is not supported.`,
});

/** A filter that is not one of the positions Event Hubs understands. */
export const invalidFilter = (filter: string): AmqpError => ({
  condition: 'amqp:invalid-field',
  description: `The receiver filter "${filter}" is not a position in a partition.`,
});

/** A position the partition has not reached: typically a checkpoint of a hub that was deleted and made again. */
export const beyondTheEnd = (what: string, given: string, last: number): AmqpError => ({
  condition: 'com.microsoft:argument-error',
  description: `The supplied ${what} '${given}' is invalid. The last ${what} in the system is '${last}'`,
});

/** Bytes that are not an AMQP message, or a batch without events. */
export const undecodable: AmqpError = {
  condition: 'amqp:decode-error',
  description:
    'The message could not be decoded: it is not an AMQP 1.0 message, or a batch that holds no event.',
};

/** A send larger than the link allows. The service rejects the delivery and keeps the link. */
export const tooLarge = (id: number, size: number, limit: number): AmqpError => ({
  condition: 'amqp:link:message-size-exceeded',
  description:
    `The received message (delivery-id:${id}, size:${size} bytes) exceeds the limit (${limit} bytes) ` +
    'currently allowed on the link.',
});

/** The throttling answer, which the SDKs retry. */
export const serverBusy: AmqpError = {
  condition: 'com.microsoft:server-busy',
  description:
    'The request was terminated because the namespace is being throttled. Please wait and try again.',
};

/** Another reader with this epoch or a higher one took the partition. */
export const stolen = (epoch: number, newEpoch: number): AmqpError => ({
  condition: 'amqp:link:stolen',
  description:
    `New receiver with higher epoch of '${newEpoch}' is created hence current receiver with epoch '${epoch}' is ` +
    'getting disconnected. If you are recreating the receiver, make sure a higher epoch is used.',
});

/** The partition is held by a reader with a higher epoch. */
export const outranked = (epoch: number, held: number): AmqpError => ({
  condition: 'amqp:link:stolen',
  description:
    `Receiver with a higher epoch '${held}' already exists. Receiver with epoch ${epoch} cannot be created. ` +
    'Make sure you are creating receiver with increasing epoch value to ensure connectivity, or ensure all old ' +
    'epoch receivers are closed or disconnected.',
});

/** Five readers without epoch are all a partition takes per consumer group. */
export const tooManyReaders = (limit: number, names: readonly string[]): AmqpError => ({
  condition: 'amqp:resource-limit-exceeded',
  description:
    `Exceeded the maximum number of allowed receivers per partition in a consumer group which is ${limit}. ` +
    `List of connected receivers - ${names.join(', ')}.`,
});
