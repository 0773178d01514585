import * as z from 'zod';
import { OPERATIONS, type Operation } from '../../core/remote.js';
import { SecretRef } from '../auth/secret.js';
import { refusedUrl } from '../wire/endpoint.js';

/** What a relay takes: everything, as a stream has no rows that could be missing. */
export const RELAY_OPERATIONS: readonly Operation[] = OPERATIONS;

const Address = z.string().superRefine((text, context) => {
  const message = refusedUrl(text);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

/** The least and the most, milliseconds, that any relay waits for one answer. */
const timeoutMs = z
  .int()
  .min(1)
  .max(30_000)
  .default(30_000)
  .describe('Longest wait for one answer, milliseconds');

/** What every relay has. */
const common = {
  source: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[\w.~:/?#@!$&'()*+,;=%-]+$/, 'must be a URI reference, e.g. "/crm/decisions"')
    .refine((text) => !text.startsWith('aws.'), 'must not begin with "aws.", which AWS keeps for itself')
    .optional()
    .describe('CloudEvents "source" of the messages; tributary/CONNECTION unless given'),
  timeoutMs,
};

/** What every relay to AWS has. */
const aws = {
  region: z
    .string()
    .regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'must be a region such as "eu-central-1"')
    .optional()
    .describe('Region; that of the deployment unless given'),
  endpoint: Address.optional().describe(
    'Address of the service, where it is not the public one (a VPC endpoint)',
  ),
  credentials: SecretRef.optional().describe(
    'An access key, {"accessKeyId":"…","secretAccessKey":"…"}; without it the role of the deployment is used',
  ),
};

/** A Kinesis data stream. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
export const KinesisConfig = z.strictObject({
  type: z.literal('kinesis'),
  stream: z
    .string()
    .regex(/^[\w.-]{1,128}$/, 'must be the name of a stream, not its ARN')
    .describe('Name of the stream'),
  ...aws,
  ...common,
});
export type KinesisConfig = z.infer<typeof KinesisConfig>;

/** An event hub. */
export const EventHubsConfig = z.strictObject({
  type: z.literal('event-hubs'),
  hub: z
    .string()
    .regex(/^[A-Za-z0-9][\w.-]{0,255}$/, 'must be the name of an event hub')
    .describe('Name of the hub'),
  connection: SecretRef.describe('Connection string of the namespace or hub, with a policy that may send'),
  ...common,
});
export type EventHubsConfig = z.infer<typeof EventHubsConfig>;

/** An event bus. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
export const EventBridgeConfig = z.strictObject({
  type: z.literal('event-bridge'),
  bus: z
    .string()
    .regex(/^[\w.:/-]{1,1600}$/, 'must be the name or ARN of an event bus')
    .default('default')
    .describe('Name or ARN of the bus'),
  ...aws,
  ...common,
});
export type EventBridgeConfig = z.infer<typeof EventBridgeConfig>;

/** An SNS topic. One whose name ends in ".fifo" keeps the order of each row and drops repetitions. */
export const SnsConfig = z.strictObject({
  type: z.literal('sns'),
  topic: z
    .string()
    .regex(/^arn:aws[\w-]*:sns:[\w-]+:\d{12}:[\w-]{1,256}(?:\.fifo)?$/, 'must be the ARN of a topic')
    .describe('ARN of the topic'),
  ...aws,
  ...common,
});
export type SnsConfig = z.infer<typeof SnsConfig>;

const batch = (most: number) =>
  z
    .int()
    .min(1)
    .max(most)
    .default(most)
    .describe('Most messages of one request; 1 when one that is refused must not delay others');

/** A queue or topic of Service Bus. https://learn.microsoft.com/rest/api/servicebus/send-message-batch */
export const ServiceBusConfig = z.strictObject({
  type: z.literal('service-bus'),
  url: Address.refine((text) => new URL(text).pathname === '/', 'must be an address without a path').describe(
    'Address of the namespace, e.g. https://acme.servicebus.windows.net',
  ),
  entity: z
    .string()
    .regex(/^[\w.-]+(?:\/[\w.-]+)*$/, 'must be the name of a queue or topic')
    .max(260)
    .describe('Queue or topic'),
  policy: z.string().min(1).max(256).describe('Name of the shared access policy, which may only send'),
  key: SecretRef.describe('Primary or secondary key of the policy'),
  sessions: z
    .boolean()
    .default(false)
    .describe('True to put all messages of a row into one session, so that they are read in order'),
  batch: batch(50),
  ...common,
});
export type ServiceBusConfig = z.infer<typeof ServiceBusConfig>;

/** A custom topic or domain of Event Grid that takes the CloudEvents schema. */
export const EventGridConfig = z.strictObject({
  type: z.literal('event-grid'),
  url: Address.describe(
    'Endpoint of the topic, e.g. https://acme.westeurope-1.eventgrid.azure.net/api/events',
  ),
  auth: z
    .union([
      z.strictObject({ key: SecretRef.describe('Key 1 or 2 of the topic') }),
      z.strictObject({ signature: SecretRef.describe('A shared access signature, "r=…&e=…&s=…"') }),
    ])
    .describe('Exactly one of key and signature'),
  batch: batch(100),
  ...common,
});
export type EventGridConfig = z.infer<typeof EventGridConfig>;

/** A connection whose target is a stream or bus. */
export type RelayConfig =
  | KinesisConfig
  | EventHubsConfig
  | EventBridgeConfig
  | SnsConfig
  | ServiceBusConfig
  | EventGridConfig;
