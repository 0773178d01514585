import {
  app,
  type EventHubHandler,
  type EventHubTriggerOptions,
  type InvocationContext,
} from '@azure/functions';
import { eventHub } from '../../../functions/event-hub.js';
import { type Core, installCore } from '../../../local/functions-host/core.js';
import {
  encodeHubBatch,
  type HubBatch,
  type HubEncoding,
} from '../../../local/functions-host/event-hub-encoder.js';
import type { LogLine, RpcRetryContext } from '../../../local/functions-host/rpc.js';
import type { Message, Pipeline, RunOptions } from '../../../shared/core/ports.js';

/** What the handler was called with, and what the pipeline behind it saw. */
export interface Seen {
  readonly payload: unknown;
  readonly context: InvocationContext;
  readonly messages: readonly Message[];
  readonly options: RunOptions;
}

/** The clock of the handlers under test: far from any enqueued time. */
export const HANDLER_NOW = 1_000;

/** An app of one function, registered through the real library. */
export interface LibraryApp {
  readonly core: Core;
  readonly lines: readonly LogLine[];
  /** The binding name the library gave the function's trigger. */
  bindingName(functionId: string): string;
  /** Encodes a batch for the function, runs it, and tells what arrived. */
  deliver(
    functionId: string,
    batch: HubBatch,
    how: Omit<HubEncoding, 'bindingName'>,
    retry?: RpcRetryContext,
  ): Promise<Seen>;
}

const TRIGGER: EventHubTriggerOptions = { connection: 'C', eventHubName: '%H%', consumerGroup: 'g' };

/** Registers `many` and `one`, both with the real handler in front of a recording pipeline. One call a test file. */
export const libraryApp = (): LibraryApp => {
  const seen: Seen[] = [];
  const lines: LogLine[] = [];
  const core = installCore((line) => lines.push(line));

  const handler: EventHubHandler = async (payload, context) => {
    const pipeline: Pipeline = {
      async run(messages, options) {
        seen.push({ payload, context, messages, options });
        return messages.map(({ id }) => ({ id, settled: true, endings: [] }));
      },
    };
    await eventHub(pipeline, { clock: { now: () => HANDLER_NOW }, workMs: 1 })(payload, context);
  };
  app.eventHub('many', { ...TRIGGER, cardinality: 'many', handler });
  app.eventHub('one', { ...TRIGGER, cardinality: 'one', handler });

  const bindingName = (id: string): string => {
    const [name] = Object.keys(core.functions.get(id)?.bindings ?? {});
    if (name === undefined) throw new Error(`no function ${id}`);
    return name;
  };
  return {
    core,
    lines,
    bindingName,
    async deliver(id, batch, how, retry) {
      const request = encodeHubBatch(batch, { ...how, bindingName: bindingName(id) });
      const before = seen.length;
      await core.invoke(id, retry === undefined ? request : { ...request, retryContext: retry });
      const arrived = seen[before];
      if (arrived === undefined) throw new Error('nothing arrived');
      return arrived;
    },
  };
};
