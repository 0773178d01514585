import { InvocationContext, type RetryContext, type TriggerMetadata } from '@azure/functions';
import { eventHub } from '../../functions/event-hub.js';
import type { Message, Pipeline, RunOptions, Settlement } from '../../shared/core/ports.js';

/** What the handler's clock says. */
export const NOW = Date.UTC(2026, 10, 22, 8, 0, 0);
/** Enqueued time of the first event in {@link many} and of the one in {@link one}. */
export const AT = Date.UTC(2026, 10, 21, 21, 13, 1, 427);
/** How long the handler may start new work. */
export const WORK_MS = 480_000;

type Answer = (message: Message, index: number) => Settlement;
const settle: Answer = ({ id }) => ({ id, settled: true, endings: [{ name: 'delivered' }] });

/** One call of the pipeline. */
export interface Run {
  readonly messages: readonly Message[];
  readonly options: RunOptions;
}

/** A pipeline that records its calls and answers as told. */
export const recorder = (answer: Answer = settle): Pipeline & { runs: Run[] } => {
  const runs: Run[] = [];
  return {
    runs,
    async run(messages, options) {
      runs.push({ messages, options });
      return messages.map(answer);
    },
  };
};

/** What the invocation's context holds. */
export interface Given {
  readonly metadata?: TriggerMetadata;
  readonly retry?: RetryContext;
  readonly cardinality?: 'one' | 'many';
}

/** A context as the worker builds it. */
export const contextOf = ({ metadata, retry, cardinality }: Given): InvocationContext =>
  new InvocationContext({
    invocationId: 'inv-1',
    functionName: 'audience-exports',
    ...(metadata === undefined ? {} : { triggerMetadata: metadata }),
    ...(retry === undefined ? {} : { retryContext: retry }),
    ...(cardinality === undefined
      ? {}
      : { options: { trigger: { type: 'eventHubTrigger', name: 'in', cardinality } } }),
  });

/** Runs the handler once and tells what the pipeline was asked. */
export const handle = async (payload: unknown, given: Given = {}, pipeline = recorder()): Promise<Run> => {
  const handler = eventHub(pipeline, { clock: { now: () => NOW }, workMs: WORK_MS });
  await handler(payload, contextOf(given));
  const [run] = pipeline.runs;
  if (run === undefined || pipeline.runs.length > 1)
    throw new Error(`the pipeline ran ${pipeline.runs.length} times`);
  return run;
};

/** Partition context of {@link many} and {@link one}. */
export const PARTITION = {
  isCheckpointingAfterInvocation: true,
  fullyQualifiedNamespace: '127.0.0.1',
  eventHubName: 'aep-exports',
  consumerGroup: 'tributary',
  partitionId: '0',
};

/** The metadata of a batch as worker and library leave it: string arrays converted, keys re-cased. */
export const many = (count: number, over: TriggerMetadata = {}): TriggerMetadata => ({
  partitionContext: PARTITION,
  partitionKeyArray: Array.from({ length: count }, (_, i) => i),
  offsetArray: Array.from({ length: count }, (_, i) => i * 100),
  sequenceNumberArray: Array.from({ length: count }, (_, i) => 40 + i),
  enqueuedTimeUtcArray: Array.from({ length: count }, (_, i) => `2026-11-21T21:13:0${1 + i}.427`),
  propertiesArray: Array.from({ length: count }, () => ({})),
  systemPropertiesArray: Array.from({ length: count }, (_, i) => ({
    partitionKey: '0042',
    sequenceNumber: 40 + i,
    offset: String(i * 100),
    enqueuedTimeUtc: `2026-11-21T21:13:0${1 + i}.427`,
  })),
  ...over,
});

/** The metadata of a single event. */
export const one = (over: TriggerMetadata = {}): TriggerMetadata => ({
  partitionContext: PARTITION,
  offset: '100',
  sequenceNumber: 40,
  enqueuedTimeUtc: '2026-11-21T21:13:01.427',
  properties: {},
  systemProperties: { sequenceNumber: 40, enqueuedTimeUtc: '2026-11-21T21:13:01.427' },
  ...over,
});
