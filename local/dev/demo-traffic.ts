import { systemClock } from '../../shared/clock.js';
import { DOCUMENTED_EVENTS } from '../demo/documented-events.js';
import { generate } from '../demo/traffic.js';
import { putAll } from '../put-records.js';
import { type Outgoing, publishToEventHubs } from './publish.js';
import type { Stack } from './stack.js';

/** What is published to each of the streams. */
export interface Streams {
  readonly streamMessages: readonly Outgoing[];
  readonly hubMessages: readonly Outgoing[];
}

/** Adobe's documented examples and generated traffic, dealt out in turn: half of it to each stream. */
export function deal(options: { readonly seed: number; readonly events: number }): Streams {
  const documented = DOCUMENTED_EVENTS.map(({ body }, i) => ({
    body: Buffer.from(body),
    partitionKey: `documented-${i}`,
  }));
  const generated = generate({
    seed: options.seed,
    events: options.events,
    startAt: Date.now() - 86_400_000,
  });
  const all = [...documented, ...generated];
  return {
    streamMessages: all.filter((_, i) => i % 2 === 0),
    hubMessages: all.filter((_, i) => i % 2 === 1),
  };
}

/** Records per call of the generator, so that progress is seen; the client splits to the service's own limits. */
const SLICE = 250;

async function publishToKinesis(
  { kinesis }: Stack,
  events: readonly Outgoing[],
  onSent: (count: number) => void,
) {
  const client = kinesis.client();
  for (let at = 0; at < events.length; at += SLICE) {
    const slice = events.slice(at, at + SLICE);
    const records = slice.map(({ body, partitionKey }) => ({ partitionKey, data: body }));
    await putAll(client, kinesis.streamName, records, systemClock);
    onSent(slice.length);
  }
}

/** Publishes all of it by the clouds' own clients; `onSent` hears of messages that are in. Throws what the clients throw. */
export async function publish(
  stack: Stack,
  streams: Streams,
  onSent: (count: number) => void,
): Promise<void> {
  const { streamMessages, hubMessages } = streams;
  await Promise.all([
    publishToKinesis(stack, streamMessages, onSent),
    publishToEventHubs(stack.eventHubs.connectionString(), stack.hub, hubMessages, onSent),
  ]);
}
