import type { EventHubHandler, InvocationContext } from '@azure/functions';
import * as z from 'zod';
import { Fault } from '../shared/core/fault.js';
import { plural } from '../shared/core/plural.js';
import type { Clock, Message, Pipeline, Settlement } from '../shared/core/ports.js';
import { type HubMetadata, readHubMetadata } from './event-hub-metadata.js';
import { invocationIn } from './invocation.js';

/** What the handler needs besides the pipeline. */
export interface EventHubOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** Longest time one invocation may start new work; must stay under `functionTimeout` of host.json. */
  readonly workMs: number;
}

const Cardinality = z.object({ trigger: z.object({ cardinality: z.enum(['one', 'many']) }) });

/** With `one`, an array is a single event whose JSON body is an array: only the binding or the metadata can tell. */
const isMany = (payload: unknown, context: InvocationContext, metadata: HubMetadata): boolean => {
  if (!Array.isArray(payload)) return false;
  const declared = Cardinality.safeParse(context.options).data?.trigger.cardinality;
  return declared === undefined ? (metadata.many ?? true) : declared === 'many';
};

/**
 * Without the capability IncludeEmptyEntriesInMessagePayload the host drops empty string bodies, and bodies and
 * metadata no longer line up. A body has then moved towards the front only, so the time found at its index is the
 * time of this event or of a slightly earlier one of the batch; its sequence number would be another event's.
 */
const toMessages = (payload: unknown, context: InvocationContext, now: number): Message[] => {
  const metadata = readHubMetadata(context.triggerMetadata);
  const bodies: readonly unknown[] =
    Array.isArray(payload) && isMany(payload, context, metadata) ? payload : [payload];
  const aligned = metadata.partition !== undefined && metadata.places.length === bodies.length;
  const source = `eventhub:${metadata.hub ?? 'unknown'}`;
  return bodies.map((body, index) => {
    const place = metadata.places[index];
    const id =
      aligned && place?.sequence !== undefined
        ? `${metadata.partition}/${place.sequence}`
        : `${context.invocationId}/${index}`;
    const { partition } = metadata;
    return { id, body, at: place?.at ?? now, source, ...(partition !== undefined && { partition }) };
  });
};

/** After the last attempt of the trigger's `retry` policy the checkpoint moves whatever we answer; -1 retries for ever. */
const isLastAttempt = ({ retryContext: retry }: InvocationContext): boolean =>
  retry !== undefined && retry.maxRetryCount >= 0 && retry.retryCount >= retry.maxRetryCount;

/** A throw is the only way to keep the checkpoint where it is: it makes `retry` rerun the whole batch. */
const refuseUnsettled = (messages: readonly Message[], settlements: readonly Settlement[]): void => {
  const answers = new Map(settlements.map((settlement) => [settlement.id, settlement]));
  const unsettled = messages.filter(({ id }) => answers.get(id)?.settled !== true);
  const [first] = unsettled;
  if (first === undefined) return;
  const where = `${unsettled.length} of ${plural(messages.length, 'event')} stay with Event Hubs, first ${first.id}`;
  const endings = unsettled.flatMap(({ id }) => answers.get(id)?.endings ?? []);
  // A message may hold records that have ended for good beside the one that is held: theirs is not the reason.
  const fault = endings.find(({ name, fault: why }) => name === 'held' && why !== undefined)?.fault;
  if (fault === undefined) throw new Error(`${where}: no reason given`);
  throw new Fault(fault.code, `${fault.code}: ${where}: ${fault.message}`, { cause: fault });
};

/** Event Hubs batch in; a plain return lets the checkpoint move, a throw holds the partition and reruns the batch. */
export const eventHub =
  (pipeline: Pipeline, { clock, workMs }: EventHubOptions): EventHubHandler =>
  async (payload, context) => {
    const now = clock.now();
    const messages = toMessages(payload, context, now);
    const settlements = await pipeline.run(messages, {
      redelivers: !isLastAttempt(context),
      deadline: now + workMs,
      ...invocationIn(context),
    });
    refuseUnsettled(messages, settlements);
  };
