import { app, type RetryOptions } from '@azure/functions';
import { eventHub } from '../../../../functions/event-hub.js';
import { type Control, controlledPipeline, controls } from './control.js';

// A function app as the host finds it in the field: the real handler, a pipeline that does as the test says.

const register = (name: string, hub: string, retry: RetryOptions, control: Control): void => {
  const trigger = {
    connection: 'EventHubConnection',
    eventHubName: hub,
    consumerGroup: '%GROUP%',
    cardinality: 'many',
    dataType: 'binary',
  } as const;
  const handler = eventHub(controlledPipeline(control), { clock: { now: Date.now }, workMs: 60_000 });
  app.eventHub(name, { ...trigger, retry, handler });
};

app.setup({ capabilities: { IncludeEmptyEntriesInMessagePayload: true } });
register(
  'limited',
  '%LIMITED_HUB%',
  { strategy: 'exponentialBackoff', maxRetryCount: 2, minimumInterval: 2_000, maximumInterval: 60_000 },
  controls.limited,
);
register(
  'endless',
  '%ENDLESS_HUB%',
  { strategy: 'fixedDelay', maxRetryCount: -1, delayInterval: { seconds: 1 } },
  controls.endless,
);
